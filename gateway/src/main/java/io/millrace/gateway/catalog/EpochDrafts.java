package io.millrace.gateway.catalog;

import io.millrace.catalog.server.freshness.EpochReport;
import io.millrace.catalog.server.freshness.RowCounts;
import io.millrace.catalog.server.freshness.TableEpoch;
import io.millrace.catalog.server.pipeline.PipelineCatalog;
import io.millrace.gateway.status.PipelineStatus.Balance;
import io.millrace.gateway.status.RowPath;
import io.millrace.jobs.pipeline.EpochRecord;
import io.millrace.jobs.plan.PipelinePlan;
import io.millrace.jobs.plan.TableWrite;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * Epochs of a pipeline's tables, as the catalog is told of them. The pipeline counts rows since its
 * first start; told are those since the last epoch that the catalog knows, so that none is missing
 * when epochs were not told one by one, or a process was killed. For one thread.
 */
final class EpochDrafts {
  private final String pipeline;
  private final PipelinePlan plan;
  private final Map<String, UUID> ids;
  private final Function<UUID, Optional<TableEpoch>> known;
  private final Map<String, RowCounts> told = new HashMap<>();

  /**
   * @param ids of the tables by their names in the plan
   * @param known the last epoch that the catalog was told of a table
   */
  EpochDrafts(
      String pipeline,
      PipelinePlan plan,
      Map<String, UUID> ids,
      Function<UUID, Optional<TableEpoch>> known) {
    this.pipeline = pipeline;
    this.plan = plan;
    this.ids = Map.copyOf(ids);
    this.known = known;
  }

  /** What is to be told of an epoch; {@link #told} follows when it was. */
  List<PipelineCatalog.Committed> of(EpochRecord epoch) {
    List<PipelineCatalog.Committed> reports = new ArrayList<>();
    Map<String, RowCounts> counted = counted(epoch);
    ids.forEach(
        (table, id) -> {
          Long version = epoch.versions().get(table);
          if (version != null && version >= 0) {
            reports.add(
                new PipelineCatalog.Committed(
                    id,
                    new EpochReport(
                        table,
                        pipeline,
                        epoch.checkpointId(),
                        version,
                        Instant.ofEpochMilli(epoch.committedMillis()),
                        watermark(epoch),
                        Optional.ofNullable(counted.get(table))
                            .map(counts -> since(before(table, id), counts)))));
          }
        });
    return reports;
  }

  /** Versions of the tables by their ids. */
  Map<UUID, Long> versions(EpochRecord epoch) {
    Map<UUID, Long> versions = new HashMap<>();
    epoch
        .versions()
        .forEach(
            (table, version) -> {
              UUID id = ids.get(table);
              if (id != null && version >= 0) {
                versions.put(id, version);
              }
            });
    return versions;
  }

  /** The catalog knows of the epoch. */
  void told(EpochRecord epoch) {
    told.putAll(counted(epoch));
  }

  private static Optional<Instant> watermark(EpochRecord epoch) {
    return epoch.maxTimestampMillis() == Long.MIN_VALUE
        ? Optional.empty()
        : Optional.of(Instant.ofEpochMilli(epoch.maxTimestampMillis()));
  }

  private Map<String, RowCounts> counted(EpochRecord epoch) {
    Map<String, RowCounts> counted = new HashMap<>();
    for (TableWrite write : plan.tables()) {
      // Rows of an aggregate are not those of its source.
      if (write.key().isEmpty()) {
        Balance balance = RowPath.balance(write, epoch);
        counted.put(
            write.table(),
            new RowCounts(
                balance.in(),
                balance.out(),
                balance.dropped(),
                balance.quarantined(),
                balance.deduplicated()));
      }
    }
    return counted;
  }

  private RowCounts before(String table, UUID id) {
    return told.computeIfAbsent(
        table, absent -> known.apply(id).map(TableEpoch::total).orElse(RowCounts.NONE));
  }

  /** A pipeline that counts less than before has begun anew. */
  private static RowCounts since(RowCounts before, RowCounts now) {
    boolean anew =
        now.in() < before.in()
            || now.out() < before.out()
            || now.dropped() < before.dropped()
            || now.quarantined() < before.quarantined()
            || now.deduplicated() < before.deduplicated();
    return anew
        ? now
        : new RowCounts(
            now.in() - before.in(),
            now.out() - before.out(),
            now.dropped() - before.dropped(),
            now.quarantined() - before.quarantined(),
            now.deduplicated() - before.deduplicated());
  }
}
