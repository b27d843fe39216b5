package io.millrace.delta.vector;

import java.io.IOException;
import java.util.List;
import org.apache.flink.table.data.columnar.vector.ColumnVector;
import org.apache.parquet.column.page.PageReadStore;

/** What fills one column of the batches of a file. */
abstract class ColumnSource {
  /** Leaf columns of the file that have to be read for it. */
  abstract List<LeafReader<?>> leaves();

  /** A vector that {@link #read} fills again and again, or one that it ignores. */
  abstract ColumnVector newVector(int capacity);

  /** Reads the next rows, into {@code old} where that can be used again. */
  abstract ColumnVector read(int rows, ColumnVector old) throws IOException;

  final void startRowGroup(PageReadStore group) throws IOException {
    for (LeafReader<?> leaf : leaves()) {
      leaf.startRowGroup(group);
    }
  }

  /** The same value everywhere. */
  static final class Constant extends ColumnSource {
    private final ConstantVector vector;

    Constant(ConstantVector vector) {
      this.vector = vector;
    }

    @Override
    List<LeafReader<?>> leaves() {
      return List.of();
    }

    @Override
    ColumnVector newVector(int capacity) {
      return vector;
    }

    @Override
    ColumnVector read(int rows, ColumnVector old) {
      return vector;
    }
  }

  /** Where rows are. Tells every vector where it starts, since one may be read meanwhile. */
  static final class Position extends ColumnSource {
    @Override
    List<LeafReader<?>> leaves() {
      return List.of();
    }

    @Override
    ColumnVector newVector(int capacity) {
      return new PositionVector();
    }

    @Override
    ColumnVector read(int rows, ColumnVector old) {
      return old;
    }
  }

  /** A column of the file, and what stands for its NULLs. */
  static final class Defaulted extends ColumnSource {
    private final OutputColumn.Defaulted column;
    private final ColumnSource stored;

    Defaulted(OutputColumn.Defaulted column, ColumnSource stored) {
      this.column = column;
      this.stored = stored;
    }

    @Override
    List<LeafReader<?>> leaves() {
      return stored.leaves();
    }

    @Override
    ColumnVector newVector(int capacity) {
      return new DefaultedVector(column, stored.newVector(capacity));
    }

    @Override
    ColumnVector read(int rows, ColumnVector old) throws IOException {
      DefaultedVector vector = (DefaultedVector) old;
      vector.fill(stored.read(rows, vector.stored()));
      return vector;
    }
  }

  /** A column without lists. */
  static final class Flat<V extends HeapVector> extends ColumnSource {
    private final LeafReader<V> leaf;

    Flat(LeafReader<V> leaf) {
      this.leaf = leaf;
    }

    @Override
    List<LeafReader<?>> leaves() {
      return List.of(leaf);
    }

    @Override
    V newVector(int capacity) {
      return leaf.newVector(capacity);
    }

    @Override
    @SuppressWarnings("unchecked")
    ColumnVector read(int rows, ColumnVector old) throws IOException {
      leaf.readFlat(rows, (V) old);
      return old;
    }
  }

  /** A row, an array or a map. */
  static final class Nested extends ColumnSource {
    private final NestedNode root;

    Nested(NestedNode root) {
      this.root = root;
    }

    @Override
    List<LeafReader<?>> leaves() {
      return root.leaves();
    }

    @Override
    ColumnVector newVector(int capacity) {
      return ConstantVector.NULL;
    }

    @Override
    ColumnVector read(int rows, ColumnVector old) throws IOException {
      root.read(rows);
      return root.assemble();
    }
  }
}
