package io.millrace.delta.vector;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.BytesUtils;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Dictionary;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DataPageV2;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.io.ParquetDecodingException;

/**
 * The pages of one leaf column: levels and values, row group after row group.
 *
 * <p>Parquet stores a value with two levels: the definition level says how many of the optional
 * parts of its path are there, the repetition level at which of its lists it goes on.
 */
final class LeafReader<V extends HeapVector> {
  private final ColumnDescriptor column;
  private final ValueDecoder<V> values;
  private final int maxDefinition;
  private final int maxRepetition;
  private final HybridDecoder definitionRuns = new HybridDecoder();
  private final HybridDecoder repetitionRuns = new HybridDecoder();
  private PageReader pages = NoPages.INSTANCE;
  private int left;
  private int[] buffer = {};

  // Levels of the rows that readNested has read.
  private int[] definitions = {};
  private int[] repetitions = {};
  private int levels;

  // Levels of the page that readNested is in.
  private int[] pageDefinitions = {};
  private int[] pageRepetitions = {};
  private int pageAt;
  private int pageEnd;

  LeafReader(ColumnDescriptor column, ValueDecoder<V> values) {
    this.column = column;
    this.values = values;
    this.maxDefinition = column.getMaxDefinitionLevel();
    this.maxRepetition = column.getMaxRepetitionLevel();
  }

  ColumnDescriptor column() {
    return column;
  }

  V newVector(int capacity) {
    return values.newVector(capacity);
  }

  void startRowGroup(PageReadStore group) throws IOException {
    pages = group.getPageReader(column);
    left = 0;
    pageAt = 0;
    pageEnd = 0;
    DictionaryPage page = pages.readDictionaryPage();
    if (page != null && page.getDictionarySize() > page.getBytes().size()) {
      throw new ParquetDecodingException(
          "column %s has a dictionary of %d values in %d bytes"
              .formatted(column, page.getDictionarySize(), page.getBytes().size()));
    }
    Dictionary dictionary = page == null ? null : page.getEncoding().initDictionary(column, page);
    values.startChunk(dictionary);
  }

  /** Reads rows of a column without lists, one entry a row. */
  void readFlat(int rows, V vector) throws IOException {
    vector.clear();
    int at = 0;
    while (at < rows) {
      if (left == 0) {
        requirePage();
      }
      int n = Math.min(rows - at, left);
      if (maxDefinition == 0) {
        values.decode(n, vector, at);
      } else {
        n = readOptional(n, vector, at);
      }
      at += n;
      left -= n;
    }
  }

  /** Reads up to {@code count} values, some of them null; returns how many. */
  private int readOptional(int count, V vector, int at) {
    int repeated = definitionRuns.repeated(count);
    if (repeated > 0) {
      definitionRuns.skipRepeated(repeated);
      if (definitionRuns.repeatedValue() == maxDefinition) {
        values.decode(repeated, vector, at);
      } else {
        vector.setNulls(at, repeated);
      }
      return repeated;
    }
    int n = definitionRuns.inRun(count);
    if (buffer.length < n) {
      buffer = new int[n];
    }
    definitionRuns.read(buffer, 0, n);
    decodeRuns(buffer, 0, n, vector, at);
    return n;
  }

  private void decodeRuns(int[] levelsOf, int from, int to, V vector, int at) {
    int i = from;
    int slot = at;
    while (i < to) {
      int start = i;
      boolean present = levelsOf[i] == maxDefinition;
      while (i < to && (levelsOf[i] == maxDefinition) == present) {
        i++;
      }
      if (present) {
        values.decode(i - start, vector, slot);
      } else {
        vector.setNulls(slot, i - start);
      }
      slot += i - start;
    }
  }

  /**
   * Reads rows of a column that is part of something larger, and keeps their levels.
   *
   * @param slotDefinition definition level from which on there is an entry at all: that of the
   *     innermost list, whose absent and empty ones have none
   */
  void readNested(int rows, int slotDefinition, V vector) throws IOException {
    vector.clear();
    levels = 0;
    int slots = 0;
    int begun = 0;
    while (true) {
      if (pageAt == pageEnd && !nextPage()) {
        break;
      }
      int from = pageAt;
      while (pageAt < pageEnd) {
        if (pageRepetitions[pageAt] == 0) {
          if (begun == rows) {
            break;
          }
          begun++;
        }
        pageAt++;
      }
      slots = take(from, slotDefinition, vector, slots);
      if (pageAt < pageEnd) {
        break;
      }
    }
    if (begun != rows) {
      throw new ParquetDecodingException(
          "column %s has %d rows fewer than its row group".formatted(column, rows - begun));
    }
  }

  private int take(int from, int slotDefinition, V vector, int slots) {
    int n = pageAt - from;
    if (definitions.length < levels + n) {
      int capacity = Math.max(2 * definitions.length, levels + n);
      definitions = Arrays.copyOf(definitions, capacity);
      repetitions = Arrays.copyOf(repetitions, capacity);
    }
    System.arraycopy(pageDefinitions, from, definitions, levels, n);
    System.arraycopy(pageRepetitions, from, repetitions, levels, n);
    // Only what has a slot is shown to the decoder.
    if (buffer.length < n) {
      buffer = new int[n];
    }
    int present = 0;
    for (int i = from; i < pageAt; i++) {
      if (pageDefinitions[i] >= slotDefinition) {
        buffer[present++] = pageDefinitions[i];
      }
    }
    levels += n;
    vector.ensureCapacity(slots + present);
    decodeRuns(buffer, 0, present, vector, slots);
    return slots + present;
  }

  int levels() {
    return levels;
  }

  int[] definitions() {
    return definitions;
  }

  int[] repetitions() {
    return repetitions;
  }

  private void requirePage() throws IOException {
    do {
      DataPage page = pages.readPage();
      if (page == null) {
        throw new ParquetDecodingException("column %s ends before its row group".formatted(column));
      }
      start(page);
    } while (left == 0);
  }

  private boolean nextPage() throws IOException {
    DataPage page = pages.readPage();
    if (page == null) {
      return false;
    }
    start(page);
    pageAt = 0;
    pageEnd = left;
    if (pageDefinitions.length < left) {
      pageDefinitions = new int[left];
      pageRepetitions = new int[left];
    }
    if (maxDefinition > 0) {
      definitionRuns.read(pageDefinitions, 0, left);
    }
    if (maxRepetition > 0) {
      repetitionRuns.read(pageRepetitions, 0, left);
    }
    return true;
  }

  private void start(DataPage page) throws IOException {
    left = page.getValueCount();
    if (page instanceof DataPageV1 first) {
      start(first);
    } else {
      start((DataPageV2) page);
    }
  }

  private void start(DataPageV1 page) throws IOException {
    ByteBuffer bytes = onHeap(page.getBytes());
    byte[] array = bytes.array();
    int at = bytes.arrayOffset() + bytes.position();
    int end = bytes.arrayOffset() + bytes.limit();
    if (maxRepetition > 0) {
      at = startLevels(page.getRlEncoding(), repetitionRuns, maxRepetition, array, at, end);
    }
    if (maxDefinition > 0) {
      at = startLevels(page.getDlEncoding(), definitionRuns, maxDefinition, array, at, end);
    }
    values.startPage(page.getValueEncoding(), array, at, end, left, column);
  }

  private int startLevels(
      Encoding encoding, HybridDecoder runs, int maxLevel, byte[] array, int at, int end) {
    if (encoding != Encoding.RLE) {
      throw new ParquetDecodingException(
          "column %s has levels in encoding %s".formatted(column, encoding));
    }
    int from = at + Integer.BYTES;
    int length =
        from > end ? -1 : ByteBuffer.wrap(array).order(java.nio.ByteOrder.LITTLE_ENDIAN).getInt(at);
    if (length < 0 || length > end - from) {
      throw new ParquetDecodingException("column %s has a page too short".formatted(column));
    }
    runs.start(array, from, from + length, BytesUtils.getWidthFromMaxInt(maxLevel));
    return from + length;
  }

  private void start(DataPageV2 page) throws IOException {
    startLevels(page.getRepetitionLevels(), repetitionRuns, maxRepetition);
    startLevels(page.getDefinitionLevels(), definitionRuns, maxDefinition);
    ByteBuffer bytes = onHeap(page.getData());
    int at = bytes.arrayOffset() + bytes.position();
    values.startPage(
        page.getDataEncoding(), bytes.array(), at, at + bytes.remaining(), left, column);
  }

  private static void startLevels(BytesInput levels, HybridDecoder runs, int maxLevel)
      throws IOException {
    if (maxLevel > 0) {
      ByteBuffer bytes = onHeap(levels);
      int at = bytes.arrayOffset() + bytes.position();
      runs.start(
          bytes.array(), at, at + bytes.remaining(), BytesUtils.getWidthFromMaxInt(maxLevel));
    }
  }

  private static ByteBuffer onHeap(BytesInput input) throws IOException {
    ByteBuffer bytes = input.toByteBuffer();
    return bytes.hasArray() ? bytes : ByteBuffer.wrap(input.toByteArray());
  }

  private enum NoPages implements PageReader {
    INSTANCE;

    @Override
    public DictionaryPage readDictionaryPage() {
      throw new IllegalStateException("no row group was started");
    }

    @Override
    public long getTotalValueCount() {
      return 0;
    }

    @Override
    public DataPage readPage() {
      throw new IllegalStateException("no row group was started");
    }
  }
}
