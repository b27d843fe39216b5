package io.millrace.delta.parquet;

import io.millrace.delta.row.FlatRow;
import java.util.Arrays;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.statistics.BinaryStatistics;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.io.api.Binary;

/** A column of text or bytes. */
final class BytesColumn extends FlatColumn {
  private final BytesDictionary dictionary =
      new BytesDictionary(DICTIONARY_ENTRIES, DICTIONARY_BYTES);

  /** Where the least and the greatest value of the page lie in it; a negative length for none. */
  private int leastAt;

  private int leastLength = -1;
  private int greatestAt;
  private int greatestLength = -1;

  BytesColumn(ColumnDescriptor descriptor, boolean dictionary, int pageBytes, FlatEncoder encoder) {
    super(descriptor, dictionary, pageBytes, encoder);
  }

  @Override
  int idOf(FlatRow row, int field) {
    return dictionary.idOf(row.bufferAt(field), row.offsetAt(field), row.lengthAt(field));
  }

  @Override
  void appendPlain(FlatRow row, int field) {
    append(row.bufferAt(field), row.offsetAt(field), row.lengthAt(field));
  }

  @Override
  void appendPlainOf(int id) {
    append(dictionary.bytes(), dictionary.offset(id), dictionary.length(id));
  }

  private void append(byte[] source, int offset, int length) {
    values.putInt(length);
    int at = values.end();
    values.putBytes(source, offset, length);
    byte[] page = values.bytes();
    if (leastLength < 0) {
      leastAt = at;
      leastLength = length;
      greatestAt = at;
      greatestLength = length;
    } else if (Arrays.compareUnsigned(
            page, at, at + length, page, greatestAt, greatestAt + greatestLength)
        > 0) {
      greatestAt = at;
      greatestLength = length;
    } else if (Arrays.compareUnsigned(page, at, at + length, page, leastAt, leastAt + leastLength)
        < 0) {
      leastAt = at;
      leastLength = length;
    }
  }

  @Override
  int dictionarySize() {
    return dictionary.size();
  }

  @Override
  void writeDictionary(PageOutput target) {
    for (int id = 0; id < dictionary.size(); id++) {
      target.putInt(dictionary.length(id));
      target.putBytes(dictionary.bytes(), dictionary.offset(id), dictionary.length(id));
    }
  }

  @Override
  void clearDictionary() {
    dictionary.clear();
  }

  @Override
  void takeBounds(Statistics<?> statistics, boolean fromDictionary) {
    BinaryStatistics bounds = (BinaryStatistics) statistics;
    if (fromDictionary) {
      // Every entry is a value of this row group, so that the group's bounds come out exact.
      bounds.setMinMax(
          Binary.fromConstantByteArray(dictionary.copyOf(dictionary.least())),
          Binary.fromConstantByteArray(dictionary.copyOf(dictionary.greatest())));
    } else {
      byte[] page = values.bytes();
      bounds.setMinMax(
          Binary.fromConstantByteArray(Arrays.copyOfRange(page, leastAt, leastAt + leastLength)),
          Binary.fromConstantByteArray(
              Arrays.copyOfRange(page, greatestAt, greatestAt + greatestLength)));
    }
    leastLength = -1;
    greatestLength = -1;
  }
}
