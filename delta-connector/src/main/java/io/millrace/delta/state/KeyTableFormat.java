package io.millrace.delta.state;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * A {@link KeyTable} as bytes. Version 1: version, kind of key, longs per value (1 byte each of the
 * first two, then int), stamp (long), number of entries (int), then blocks of entries, each led by
 * its length (int); a block of length 0 ends the table. An entry is its key (long tables: a byte 0
 * for null or 1 and the long; bytes tables: hash and bytes), then its values; see {@link KeyBuffer}
 * for the encoding of numbers and bytes.
 */
final class KeyTableFormat {
  private static final int VERSION = 1;
  private static final int LONGS = 0;
  private static final int BYTES = 1;
  private static final int END = 0;
  private static final int BLOCK_BYTES = 32 << 10;

  private KeyTableFormat() {}

  static void write(KeyTable table, DataOutputView out, StoredValues stored) throws IOException {
    requireNonNull(stored, "stored is null");
    out.writeByte(VERSION);
    out.writeByte(table instanceof LongKeyTable ? LONGS : BYTES);
    out.writeInt(stored.longs());
    out.writeLong(table.stamp());
    out.writeInt(table.size());
    long expected = 32 + table.size() * (stored.longs() + 1L) * 4;
    KeyBuffer block = new KeyBuffer((int) Math.min(BLOCK_BYTES * 2, expected));
    long[] longs = new long[stored.longs()];
    for (int slot = table.next(-1); slot >= 0; slot = table.next(slot)) {
      table.writeKey(slot, block);
      stored.store(table.values(), table.valueOffset(slot), longs);
      for (long value : longs) {
        block.putLong(value);
      }
      if (block.length() >= BLOCK_BYTES) {
        writeBlock(block, out);
      }
    }
    if (block.length() > 0) {
      writeBlock(block, out);
    }
    out.writeInt(END);
  }

  private static void writeBlock(KeyBuffer block, DataOutputView out) throws IOException {
    out.writeInt(block.length());
    out.write(block.bytes(), 0, block.length());
    block.clear();
  }

  static KeyTable read(DataInputView in) throws IOException {
    Header header = Header.read(in);
    return read(in, header, header.longs(), StoredValues.asTheyAre(header.longs()));
  }

  static KeyTable read(DataInputView in, int valueLongs, StoredValues stored) throws IOException {
    Header header = Header.read(in);
    if (header.longs() != stored.longs()) {
      throw corrupt("entries of " + header.longs() + " longs, expected " + stored.longs());
    }
    return read(in, header, valueLongs, stored);
  }

  private record Header(int kind, int longs, long stamp, int size) {
    static Header read(DataInputView in) throws IOException {
      int version = in.readByte();
      Header header = new Header(in.readByte(), in.readInt(), in.readLong(), in.readInt());
      if (version != VERSION
          || header.kind < LONGS
          || header.kind > BYTES
          || header.longs < 0
          || header.size < 0) {
        throw corrupt(
            "version %d, kind %d, values %d, size %d"
                .formatted(version, header.kind, header.longs, header.size));
      }
      return header;
    }
  }

  private static KeyTable read(DataInputView in, Header header, int valueLongs, StoredValues stored)
      throws IOException {
    KeyTable table =
        header.kind() == LONGS ? KeyTable.ofLongs(valueLongs) : KeyTable.ofBytes(valueLongs);
    table.setStamp(header.stamp());
    table.reserve(header.size());
    byte[] block = {};
    KeyReader reader = new KeyReader();
    long[] longs = new long[header.longs()];
    for (int length = in.readInt(); length != END; length = in.readInt()) {
      if (length < 0 || length > KeyTable.MAX_KEY_BYTES) {
        throw corrupt("block of " + length + " bytes");
      }
      if (block.length < length + (longs.length + 2) * 10) {
        block = new byte[Math.max(length, BLOCK_BYTES) + (longs.length + 2) * 10];
      }
      in.readFully(block, 0, length);
      reader.reset(block, 0, length);
      while (!reader.atEnd()) {
        readEntry(table, reader, longs, stored);
      }
    }
    if (table.size() != header.size()) {
      throw corrupt(table.size() + " entries where " + header.size() + " were written");
    }
    return table;
  }

  private static void readEntry(
      KeyTable table, KeyReader reader, long[] longs, StoredValues stored) {
    int slot = table.readKey(reader);
    if (slot < 0) {
      throw corrupt("a key occurs twice");
    }
    for (int i = 0; i < longs.length; i++) {
      longs[i] = reader.nextLong();
    }
    checkEnd(reader);
    stored.restore(longs, table.values(), table.valueOffset(slot));
  }

  /** Blocks are read with room to spare, so that a broken number runs past the end first. */
  static void checkEnd(KeyReader reader) {
    if (reader.isBehindEnd()) {
      throw corrupt("an entry ends behind its block");
    }
  }

  private static MillraceException corrupt(String what) {
    return new MillraceException(
        ErrorCode.STATE_CORRUPT,
        "keyed state cannot be read: " + what,
        "Restore an earlier checkpoint or savepoint.");
  }
}
