package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import io.delta.kernel.internal.actions.DomainMetadata;
import io.delta.kernel.internal.rowtracking.RowTrackingMetadataDomain;
import io.delta.kernel.internal.tablefeatures.TableFeatures;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * First row ids for files that come new into a table whose protocol has row tracking, on from where
 * its high-water mark stands. Files that come back have theirs.
 */
final class RowIds {
  private final boolean supported;
  private final long version;
  private final long marked;
  private long mark;

  RowIds(TableState base) {
    supported = TableFeatures.isRowTrackingSupported(requireNonNull(base.protocol(), "protocol"));
    version = base.version() + 1;
    marked =
        supported
            ? RowTrackingMetadataDomain.fromSnapshot(base.snapshot())
                .map(RowTrackingMetadataDomain::getRowIdHighWaterMark)
                .orElse(RowTrackingMetadataDomain.MISSING_ROW_ID_HIGH_WATERMARK)
            : RowTrackingMetadataDomain.MISSING_ROW_ID_HIGH_WATERMARK;
    mark = marked;
  }

  LiveFile assign(LiveFile file) {
    if (!supported || file.baseRowId().isPresent()) {
      return file;
    }
    long first = mark + 1;
    mark +=
        file.records()
            .orElseThrow(
                () -> new IllegalArgumentException(file.path() + " has no number of records"));
    return file.withRowIds(OptionalLong.of(first), OptionalLong.of(version));
  }

  /** The new mark, if it is one. */
  Optional<DomainMetadata> highWaterMark() {
    return mark == marked
        ? Optional.empty()
        : Optional.of(new RowTrackingMetadataDomain(mark).toDomainMetadata());
  }
}
