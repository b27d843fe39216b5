package io.millrace.delta.vector;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.parquet.bytes.ByteBufferInputStream;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Dictionary;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.ValuesType;
import org.apache.parquet.column.values.ValuesReader;
import org.apache.parquet.io.ParquetDecodingException;
import org.jspecify.annotations.Nullable;

/**
 * Turns the values of one column chunk into entries of a vector. Plain and dictionary pages are
 * read in bulk where the file's type is the vector's; the rest goes through parquet-java's readers.
 */
abstract class ValueDecoder<V extends HeapVector> {
  private enum Source {
    PLAIN,
    DICTIONARY,
    READER
  }

  private final boolean plainInBulk;
  private final HybridDecoder ids = new HybridDecoder();
  private int[] idBuffer = {};
  private Source source = Source.READER;
  private ByteBuffer plain = ByteBuffer.allocate(0);
  private @Nullable ValuesReader reader;
  private boolean hasDictionary;

  /**
   * @param plainInBulk true if {@link #copyPlain} is implemented
   */
  ValueDecoder(boolean plainInBulk) {
    this.plainInBulk = plainInBulk;
  }

  abstract V newVector(int capacity);

  /** Takes over the entries of a chunk's dictionary. */
  abstract void loadDictionary(Dictionary dictionary, int size);

  abstract void lookUp(int[] entries, int count, V vector, int at);

  /** Reads from a page of plain values, little-endian, at its position. */
  void copyPlain(ByteBuffer page, int count, V vector, int at) {
    throw new IllegalStateException("plain pages are read one by one");
  }

  abstract void readEach(ValuesReader values, int count, V vector, int at);

  final void startChunk(@Nullable Dictionary dictionary) {
    hasDictionary = dictionary != null;
    if (dictionary != null) {
      loadDictionary(dictionary, dictionary.getMaxId() + 1);
    }
  }

  final void startPage(
      Encoding encoding, byte[] bytes, int from, int to, int values, ColumnDescriptor column)
      throws IOException {
    if (encoding.usesDictionary()) {
      if (!hasDictionary) {
        throw new ParquetDecodingException("a page of dictionary ids without a dictionary");
      }
      source = Source.DICTIONARY;
      // A page of nulls only may have no ids, and not even their width.
      ids.start(bytes, Math.min(from + 1, to), to, from < to ? bytes[from] : 0);
    } else if (encoding == Encoding.PLAIN && plainInBulk) {
      source = Source.PLAIN;
      plain = ByteBuffer.wrap(bytes, from, to - from).order(ByteOrder.LITTLE_ENDIAN);
    } else {
      source = Source.READER;
      ValuesReader created = encoding.getValuesReader(column, ValuesType.VALUES);
      created.initFromPage(
          values, ByteBufferInputStream.wrap(ByteBuffer.wrap(bytes, from, to - from)));
      reader = created;
    }
  }

  /** Reads the next values, none of which is null. */
  final void decode(int count, V vector, int at) {
    switch (source) {
      case PLAIN -> copyPlain(plain, count, vector, at);
      case DICTIONARY -> {
        if (idBuffer.length < count) {
          idBuffer = new int[count];
        }
        ids.read(idBuffer, 0, count);
        lookUp(idBuffer, count, vector, at);
      }
      case READER -> {
        ValuesReader values = reader;
        if (values == null) {
          throw new IllegalStateException("no page was started");
        }
        readEach(values, count, vector, at);
      }
    }
  }
}
