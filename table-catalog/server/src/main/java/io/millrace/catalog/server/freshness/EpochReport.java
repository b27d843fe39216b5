package io.millrace.catalog.server.freshness;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.time.Instant;
import java.util.Optional;

/**
 * What a pipeline says of a table when it has committed an epoch.
 *
 * @param table full name
 * @param epoch number of the pipeline's checkpoint; grows
 * @param version of the Delta table
 * @param committed when the version was there
 * @param watermark event time up to which rows are in the table, if it has any
 * @param rows of this epoch; empty of tables whose rows are not those of their sources, such as
 *     aggregates
 */
public record EpochReport(
    String table,
    String pipeline,
    long epoch,
    long version,
    Instant committed,
    Optional<Instant> watermark,
    Optional<RowCounts> rows) {
  private static final int PIPELINE_CHARACTERS_MAX = 255;

  public EpochReport {
    requireNonNull(table, "table");
    requireNonNull(pipeline, "pipeline");
    requireNonNull(committed, "committed");
    requireNonNull(watermark, "watermark");
    requireNonNull(rows, "rows");
    if (pipeline.isBlank() || pipeline.length() > PIPELINE_CHARACTERS_MAX) {
      throw new MillraceException(
          ErrorCode.ARGUMENT_INVALID,
          "the name of the pipeline has %d characters".formatted(pipeline.length()),
          "use 1 to %d".formatted(PIPELINE_CHARACTERS_MAX));
    }
    if (epoch < 0 || version < 0) {
      throw new MillraceException(
          ErrorCode.ARGUMENT_INVALID,
          "epoch is %d, version is %d".formatted(epoch, version),
          "count both from zero on");
    }
  }
}
