package io.millrace.delta.source;

import org.jspecify.annotations.Nullable;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.RoaringBitmap;

/** Which rows of a file count, asked range after range in ascending order. */
final class RowSelection {
  private final boolean whenListed;
  private final PeekableIntIterator listed;

  private RowSelection(RoaringBitmap rows, boolean whenListed) {
    this.whenListed = whenListed;
    this.listed = rows.getIntIterator();
  }

  /**
   * @param deleted rows that do not count
   * @param only if not null, only these do
   */
  static RowSelection of(RoaringBitmap deleted, @Nullable RoaringBitmap only) {
    return only == null
        ? new RowSelection(deleted, false)
        : new RowSelection(RoaringBitmap.andNot(only, deleted), true);
  }

  /**
   * Indexes, relative to {@code first}, of the rows that count among the {@code count} from there.
   *
   * @param target as long as {@code count} at least
   * @return how many; -1 if all do, and the target is not filled
   */
  int select(long first, int count, int[] target) {
    long end = first + count;
    if (first > 0) {
      listed.advanceIfNeeded((int) first);
    }
    boolean any = listed.hasNext() && Integer.toUnsignedLong(listed.peekNext()) < end;
    if (!any) {
      return whenListed ? 0 : -1;
    }
    int selected = 0;
    int index = 0;
    while (listed.hasNext() && Integer.toUnsignedLong(listed.peekNext()) < end) {
      int at = (int) (Integer.toUnsignedLong(listed.next()) - first);
      if (whenListed) {
        target[selected++] = at;
      } else {
        while (index < at) {
          target[selected++] = index++;
        }
        index = at + 1;
      }
    }
    while (!whenListed && index < count) {
      target[selected++] = index++;
    }
    return selected;
  }
}
