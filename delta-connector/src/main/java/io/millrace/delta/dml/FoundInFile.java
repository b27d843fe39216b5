package io.millrace.delta.dml;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.roaringbitmap.RoaringBitmap;

/** Positions of rows that a statement found in one file. Owned by one thread. */
final class FoundInFile {
  private static final int NOWHERE = -1;

  private final RoaringBitmap removed;
  private final RoaringBitmap replaced;
  private final RoaringBitmap kept;
  private int twice;

  FoundInFile() {
    this(new RoaringBitmap(), new RoaringBitmap(), new RoaringBitmap(), NOWHERE);
  }

  private FoundInFile(
      RoaringBitmap removed, RoaringBitmap replaced, RoaringBitmap kept, int twice) {
    this.removed = removed;
    this.replaced = replaced;
    this.kept = kept;
    this.twice = twice;
  }

  /**
   * @return false if the position was found before
   */
  boolean add(int position, ChangeKind kind) {
    boolean isNew =
        kind.removes()
            ? removed.checkedAdd(position) && !kept.contains(position)
            : kept.checkedAdd(position) && !removed.contains(position);
    if (isNew && kind.removes() && kind.writes()) {
      replaced.add(position);
    }
    if (!isNew && twice == NOWHERE) {
      twice = position;
    }
    return isNew;
  }

  void merge(FoundInFile other) {
    if (twice == NOWHERE) {
      twice = other.twice;
    }
    if (twice == NOWHERE) {
      RoaringBitmap all = RoaringBitmap.or(removed, kept);
      RoaringBitmap both = RoaringBitmap.and(all, RoaringBitmap.or(other.removed, other.kept));
      twice = both.isEmpty() ? NOWHERE : both.first();
    }
    removed.or(other.removed);
    replaced.or(other.replaced);
    kept.or(other.kept);
  }

  /** Rows that leave the file. */
  RoaringBitmap removed() {
    return removed;
  }

  /** Those of them that a new row replaces. */
  RoaringBitmap replaced() {
    return replaced;
  }

  /** A position that was found more than once; negative if there is none. */
  int twice() {
    return twice;
  }

  void write(DataOutputStream target) throws IOException {
    removed.runOptimize();
    removed.serialize(target);
    replaced.runOptimize();
    replaced.serialize(target);
    kept.runOptimize();
    kept.serialize(target);
    target.writeInt(twice);
  }

  static FoundInFile read(DataInputStream source) throws IOException {
    RoaringBitmap removed = new RoaringBitmap();
    removed.deserialize(source);
    RoaringBitmap replaced = new RoaringBitmap();
    replaced.deserialize(source);
    RoaringBitmap kept = new RoaringBitmap();
    kept.deserialize(source);
    return new FoundInFile(removed, replaced, kept, source.readInt());
  }
}
