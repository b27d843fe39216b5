package io.millrace.delta.parquet;

import io.millrace.delta.row.FlatRow;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * One column of a row group under way: the values of the page being filled, and the compressed
 * pages before it. Version 1 data pages, plain or with a dictionary of at most {@link
 * #DICTIONARY_ENTRIES}. Owned by one thread.
 *
 * <p>A column begins with a dictionary, and gives it up when the first {@link #SAMPLE} values are
 * hardly repeated or when it is full; what was written with it stays.
 */
abstract class FlatColumn {
  static final int DICTIONARY_ENTRIES = 4096;
  static final int DICTIONARY_BYTES = 64 << 10;

  /** As many rows a page as parquet-java: enough to compress, few enough to skip. */
  private static final int PAGE_ROWS = 20_000;

  private static final int SAMPLE = 2048;
  private static final int SAMPLE_DISTINCT = SAMPLE / 4;

  /** Values of the page under way, plain encoded; empty while the dictionary is used. */
  final PageOutput values = new PageOutput(1024);

  private final ColumnDescriptor descriptor;
  private final boolean optional;
  private final int pageBytes;
  private final FlatEncoder encoder;

  private final List<Page> pages = new ArrayList<>();
  private short[] ids = new short[256];
  private int idCount;
  private boolean dictionary;
  private boolean dictionaryUsed;
  private long sampled;
  private int rows;
  private int[] nullRows = {};
  private int nulls;

  /** A compressed page. */
  private record Page(
      byte[] bytes, int rawLength, int rows, Statistics<?> statistics, Encoding encoding) {}

  FlatColumn(ColumnDescriptor descriptor, boolean dictionary, int pageBytes, FlatEncoder encoder) {
    this.descriptor = descriptor;
    this.optional = descriptor.getMaxDefinitionLevel() > 0;
    this.dictionary = dictionary;
    this.pageBytes = pageBytes;
    this.encoder = encoder;
  }

  final void appendNull() {
    if (nulls == nullRows.length) {
      nullRows = Arrays.copyOf(nullRows, Math.max(64, nulls * 2));
    }
    nullRows[nulls++] = rows;
    endRow();
  }

  final void append(FlatRow row, int field) {
    if (dictionary) {
      appendId(row, field);
    } else {
      appendPlain(row, field);
    }
    endRow();
  }

  private void appendId(FlatRow row, int field) {
    int id = idOf(row, field);
    if (id < 0 || (++sampled == SAMPLE && dictionarySize() > SAMPLE_DISTINCT)) {
      leaveDictionary();
      appendPlain(row, field);
      return;
    }
    if (idCount == ids.length) {
      ids = Arrays.copyOf(ids, idCount * 2);
    }
    ids[idCount++] = (short) id;
  }

  private void leaveDictionary() {
    dictionary = false;
    for (int i = 0; i < idCount; i++) {
      appendPlainOf(ids[i]);
    }
    idCount = 0;
  }

  private void endRow() {
    if (++rows >= PAGE_ROWS || values.size() >= pageBytes) {
      endPage();
    }
  }

  /** Adds the value to the dictionary; its number, or -1 if there is no room. */
  abstract int idOf(FlatRow row, int field);

  /** Appends the value to {@link #values} and takes note of it for the statistics. */
  abstract void appendPlain(FlatRow row, int field);

  /** As {@link #appendPlain}, for a value of the dictionary. */
  abstract void appendPlainOf(int id);

  abstract int dictionarySize();

  /** Appends the dictionary's values, plain encoded. */
  abstract void writeDictionary(PageOutput target);

  abstract void clearDictionary();

  /**
   * Least and greatest value of the page under way, which are then forgotten.
   *
   * @param statistics to set them in
   * @param fromDictionary true if the page's values are ids
   */
  abstract void takeBounds(Statistics<?> statistics, boolean fromDictionary);

  /** Bytes of the page under way, before compression. */
  final int openBytes() {
    return values.size() + idCount;
  }

  private void endPage() {
    boolean fromDictionary = idCount > 0;
    if (fromDictionary) {
      dictionaryUsed = true;
      int bitWidth = Integer.SIZE - Integer.numberOfLeadingZeros(dictionarySize() - 1);
      values.putByte(bitWidth);
      if (bitWidth == 0) {
        values.putRun(idCount, 0, 0);
      } else {
        values.putBitPacked(ids, idCount, bitWidth);
      }
    }
    Statistics<?> statistics = Statistics.createStats(descriptor.getPrimitiveType());
    statistics.setNumNulls(nulls);
    if (rows > nulls) {
      takeBounds(statistics, fromDictionary);
    }
    int inFront = writeLevels();
    PageOutput page = inFront < 0 ? encoder.scratch() : values;
    int start = inFront < 0 ? PageOutput.FRONT : inFront;
    int length = page.end() - start;
    byte[] compressed = encoder.compress(page.bytes(), start, length);
    pages.add(
        new Page(
            compressed,
            length,
            rows,
            statistics,
            fromDictionary ? Encoding.PLAIN_DICTIONARY : Encoding.PLAIN));
    values.clear();
    idCount = 0;
    rows = 0;
    nulls = 0;
  }

  /**
   * Puts the definition levels in front of the values.
   *
   * @return where the page starts in {@link #values}, or -1 if it is in the encoder's scratch
   */
  private int writeLevels() {
    if (!optional) {
      return PageOutput.FRONT;
    }
    PageOutput scratch = encoder.scratch();
    scratch.clear();
    scratch.putInt(0);
    if (nulls == 0) {
      scratch.putRun(rows, 1, 1);
    } else {
      scratch.putUnsignedVarInt((rows + 7) / 8 << 1 | 1);
      int at = scratch.end();
      int length = (rows + 7) / 8;
      scratch.ensure(length);
      byte[] bits = scratch.bytes();
      Arrays.fill(bits, at, at + length, (byte) 0xFF);
      for (int i = 0; i < nulls; i++) {
        bits[at + (nullRows[i] >> 3)] &= (byte) ~(1 << (nullRows[i] & 7));
      }
      scratch.advance(length);
    }
    int levels = scratch.size();
    PageOutput.INT.set(scratch.bytes(), PageOutput.FRONT, levels - Integer.BYTES);
    if (levels <= PageOutput.FRONT) {
      int start = PageOutput.FRONT - levels;
      System.arraycopy(scratch.bytes(), PageOutput.FRONT, values.bytes(), start, levels);
      return start;
    }
    scratch.putBytes(values.bytes(), PageOutput.FRONT, values.size());
    return -1;
  }

  /** Writes the column's part of the row group and begins the next one. */
  final void writeChunk(ParquetFileWriter file, long rowCount) throws IOException {
    if (rows > 0) {
      endPage();
    }
    file.startColumn(descriptor, rowCount, CompressionCodecName.ZSTD);
    if (dictionaryUsed) {
      PageOutput scratch = encoder.scratch();
      scratch.clear();
      writeDictionary(scratch);
      byte[] compressed = encoder.compress(scratch.bytes(), PageOutput.FRONT, scratch.size());
      file.writeDictionaryPage(
          new DictionaryPage(
              BytesInput.from(compressed),
              scratch.size(),
              dictionarySize(),
              Encoding.PLAIN_DICTIONARY));
    }
    for (Page page : pages) {
      file.writeDataPage(
          page.rows,
          page.rawLength,
          BytesInput.from(page.bytes),
          page.statistics,
          page.rows,
          Encoding.BIT_PACKED,
          optional ? Encoding.RLE : Encoding.BIT_PACKED,
          page.encoding);
    }
    file.endColumn();
    pages.clear();
    clearDictionary();
    dictionaryUsed = false;
    sampled = 0;
  }
}
