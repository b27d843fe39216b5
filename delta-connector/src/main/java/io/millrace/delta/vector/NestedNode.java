package io.millrace.delta.vector;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.data.columnar.vector.ColumnVector;
import org.apache.flink.table.data.columnar.vector.VectorizedColumnBatch;

/**
 * One node of a nested column: it makes its vector from the levels of a leaf below it.
 *
 * <p>A node has one entry for each element of the innermost list around it (for each row, if there
 * is none). In the levels of a leaf, such an entry begins where the repetition level is at most
 * that list's and the definition level at least that of its elements. Source: Melnik et al.,
 * "Dremel: Interactive Analysis of Web-Scale Datasets", VLDB 2010.
 */
abstract class NestedNode {
  /**
   * The innermost list around a node.
   *
   * @param repetition level of the list
   * @param definition level of its elements
   */
  record Surrounding(int repetition, int definition) {
    static final Surrounding ROWS = new Surrounding(0, 0);

    boolean begins(int repetitionLevel, int definitionLevel) {
      return repetitionLevel <= repetition && definitionLevel >= definition;
    }
  }

  final List<LeafReader<?>> leaves() {
    List<LeafReader<?>> found = new ArrayList<>();
    collectLeaves(found);
    return found;
  }

  abstract void collectLeaves(List<LeafReader<?>> into);

  /** A leaf whose levels tell of this node. */
  abstract LeafReader<?> witness();

  abstract void read(int rows) throws IOException;

  abstract ColumnVector assemble();

  /** Number of entries, or the offsets of each. */
  final int entries(Surrounding surrounding) {
    LeafReader<?> leaf = witness();
    int[] repetitions = leaf.repetitions();
    int[] definitions = leaf.definitions();
    int entries = 0;
    for (int i = 0; i < leaf.levels(); i++) {
      if (surrounding.begins(repetitions[i], definitions[i])) {
        entries++;
      }
    }
    return entries;
  }

  /** A value without parts. */
  static final class Leaf<V extends HeapVector> extends NestedNode {
    private final LeafReader<V> reader;
    private final int slotDefinition;
    private V vector;

    Leaf(LeafReader<V> reader, Surrounding surrounding) {
      this.reader = reader;
      this.slotDefinition = surrounding.definition();
      this.vector = reader.newVector(0);
    }

    @Override
    void collectLeaves(List<LeafReader<?>> into) {
      into.add(reader);
    }

    @Override
    LeafReader<?> witness() {
      return reader;
    }

    @Override
    void read(int rows) throws IOException {
      // A vector of its own for each batch: an earlier one may still be read.
      vector = reader.newVector(rows);
      reader.readNested(rows, slotDefinition, vector);
    }

    @Override
    ColumnVector assemble() {
      return vector;
    }
  }

  /** A field that the file does not have, beside ones that it has. */
  static final class Missing extends NestedNode {
    @Override
    void collectLeaves(List<LeafReader<?>> into) {
      // Nothing to read.
    }

    @Override
    LeafReader<?> witness() {
      throw new IllegalStateException("a missing field has no levels");
    }

    @Override
    void read(int rows) {
      // Nothing to read.
    }

    @Override
    ColumnVector assemble() {
      return ConstantVector.NULL;
    }
  }

  /** A row. */
  static final class Struct extends NestedNode {
    private final List<NestedNode> fields;
    private final NestedNode told;
    private final boolean extra;
    private final Surrounding surrounding;
    private final int definition;

    /**
     * @param told a node below that is in the file, perhaps none of the fields
     * @param definition level from which on the row is there
     */
    Struct(List<NestedNode> fields, NestedNode told, Surrounding surrounding, int definition) {
      this.fields = fields;
      this.told = told;
      this.extra = !fields.contains(told);
      this.surrounding = surrounding;
      this.definition = definition;
    }

    @Override
    void collectLeaves(List<LeafReader<?>> into) {
      fields.forEach(field -> field.collectLeaves(into));
      if (extra) {
        told.collectLeaves(into);
      }
    }

    @Override
    LeafReader<?> witness() {
      return told.witness();
    }

    @Override
    void read(int rows) throws IOException {
      for (NestedNode field : fields) {
        field.read(rows);
      }
      if (extra) {
        told.read(rows);
      }
    }

    @Override
    ColumnVector assemble() {
      LeafReader<?> leaf = witness();
      int[] repetitions = leaf.repetitions();
      int[] definitions = leaf.definitions();
      boolean[] nulls = new boolean[entries(surrounding)];
      int entry = 0;
      for (int i = 0; i < leaf.levels(); i++) {
        if (surrounding.begins(repetitions[i], definitions[i])) {
          nulls[entry++] = definitions[i] < definition;
        }
      }
      ColumnVector[] vectors = new ColumnVector[fields.size()];
      for (int i = 0; i < vectors.length; i++) {
        vectors[i] = fields.get(i).assemble();
      }
      VectorizedColumnBatch batch = new VectorizedColumnBatch(vectors);
      batch.setNumRows(nulls.length);
      return new NestedVectors.Rows(nulls, batch);
    }
  }

  /** An array, or a map: entries that repeat, each with one part or two. */
  static final class Repeated extends NestedNode {
    private final List<NestedNode> parts;
    private final Surrounding surrounding;
    private final Surrounding inner;
    private final int definition;

    /**
     * @param parts the element, or key and value; the first is in the file
     * @param inner this list, as its parts see it
     * @param definition level from which on the list is there, if perhaps empty
     */
    Repeated(List<NestedNode> parts, Surrounding surrounding, Surrounding inner, int definition) {
      this.parts = parts;
      this.surrounding = surrounding;
      this.inner = inner;
      this.definition = definition;
    }

    @Override
    void collectLeaves(List<LeafReader<?>> into) {
      parts.forEach(part -> part.collectLeaves(into));
    }

    @Override
    LeafReader<?> witness() {
      return parts.get(0).witness();
    }

    @Override
    void read(int rows) throws IOException {
      for (NestedNode part : parts) {
        part.read(rows);
      }
    }

    @Override
    ColumnVector assemble() {
      LeafReader<?> leaf = witness();
      int[] repetitions = leaf.repetitions();
      int[] definitions = leaf.definitions();
      int entries = entries(surrounding);
      boolean[] nulls = new boolean[entries];
      int[] offsets = new int[entries + 1];
      int entry = 0;
      int elements = 0;
      for (int i = 0; i < leaf.levels(); i++) {
        if (surrounding.begins(repetitions[i], definitions[i])) {
          nulls[entry] = definitions[i] < definition;
          offsets[entry++] = elements;
        }
        if (inner.begins(repetitions[i], definitions[i])) {
          elements++;
        }
      }
      offsets[entries] = elements;
      ColumnVector first = parts.get(0).assemble();
      return parts.size() == 1
          ? new NestedVectors.Arrays(nulls, offsets, first)
          : new NestedVectors.Maps(nulls, offsets, first, parts.get(1).assemble());
    }
  }
}
