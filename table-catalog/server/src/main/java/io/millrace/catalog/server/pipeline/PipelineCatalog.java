package io.millrace.catalog.server.pipeline;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.MillraceException;
import io.millrace.catalog.lineage.ObjectName;
import io.millrace.catalog.lineage.StatementLineage;
import io.millrace.catalog.server.freshness.EpochReport;
import io.millrace.catalog.server.freshness.Freshness;
import io.millrace.catalog.server.freshness.FreshnessService;
import io.millrace.catalog.server.freshness.TableEpoch;
import io.millrace.catalog.server.lineage.DatasetRef;
import io.millrace.catalog.server.lineage.Flow;
import io.millrace.catalog.server.lineage.LineageJob;
import io.millrace.catalog.server.lineage.LineageReport;
import io.millrace.catalog.server.lineage.LineageRun;
import io.millrace.catalog.server.lineage.LineageService;
import io.millrace.catalog.server.lineage.StatementReport;
import io.millrace.catalog.server.service.Caller;
import io.millrace.catalog.server.service.Gate;
import io.millrace.catalog.server.service.PipelineTables;
import io.millrace.catalog.server.service.Work;
import io.millrace.catalog.server.state.CatalogState;
import io.millrace.catalog.server.store.MetadataStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/**
 * What pipelines of this process tell the catalog: their tables, what these are made of, and how
 * fresh they are. They tell it as one service principal, which may do what it was granted, and each
 * change is a line of the audit log. Everything may be told again. Thread-safe.
 */
public final class PipelineCatalog {
  /** The service principal. */
  public static final String PRINCIPAL = "millrace-pipelines";

  /** The catalog of pipelines that name none. */
  public static final String CATALOG = "main";

  /** The namespace of pipelines among the jobs of lineage. */
  public static final String NAMESPACE = "millrace";

  private final MetadataStore store;
  private final PipelinePrincipal principal;
  private final PipelineTables tables;
  private final LineageService lineage;
  private final FreshnessService freshness;

  public PipelineCatalog(
      MetadataStore store, Gate gate, LineageService lineage, FreshnessService freshness) {
    this.store = requireNonNull(store, "store is null");
    this.principal = new PipelinePrincipal(store);
    this.tables = new PipelineTables(new Work(store, gate));
    this.lineage = requireNonNull(lineage, "lineage is null");
    this.freshness = requireNonNull(freshness, "freshness is null");
  }

  /** Makes the service principal and the catalog {@code main} if they are not there. */
  public void prepare() {
    principal.caller();
  }

  /**
   * Registers the tables of a pipeline.
   *
   * @param pipeline its name
   * @return ids of the tables by the names of the datasets
   * @throws MillraceException as {@link PipelineTables#put}; nothing was changed then
   */
  public Map<String, UUID> register(
      String pipeline, String catalog, String schema, List<PipelineTables.Draft> drafts) {
    return tables.put(principal.caller(), pipeline, catalog, schema, drafts);
  }

  /** Pipelines that have tables here. */
  public Set<String> pipelines() {
    return tables.pipelines();
  }

  /**
   * A run of a pipeline as it is now.
   *
   * @param id of the run
   * @param epoch the last one that is committed
   */
  public record Run(String pipeline, UUID id, LineageRun.State state, Optional<Long> epoch) {
    public Run {
      requireNonNull(pipeline, "pipeline is null");
      requireNonNull(id, "id is null");
      requireNonNull(state, "state is null");
      requireNonNull(epoch, "epoch is null");
    }
  }

  /**
   * Tells all that a pipeline reads and writes: what it did before and is not named is over.
   *
   * @param datasets what the names in the statements stand for, all of them
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED, LIMIT_EXCEEDED, IO_FAILED
   */
  public void started(
      Run run,
      Collection<StatementLineage> statements,
      Function<ObjectName, DatasetRef> datasets,
      Instant at) {
    Caller caller = principal.caller();
    LineageReport.Job job = job(run.pipeline(), caller);
    StatementReport report = StatementReport.ofNames(datasets);
    Set<Flow> flows = new LinkedHashSet<>();
    for (StatementLineage statement : statements) {
      report.of(statement, job, Optional.empty(), at).ifPresent(each -> flows.addAll(each.flows()));
    }
    lineage.record(
        caller,
        new LineageReport(
            job,
            at,
            Optional.of(run(run)),
            List.copyOf(flows),
            Map.of(),
            LineageReport.Scope.WHOLE));
  }

  /**
   * Tells that a run goes on, or has ended.
   *
   * @param versions of tables, by their ids, that it has written up to now
   * @throws MillraceException as {@link #started}
   */
  public void reached(Run run, Map<UUID, Long> versions, Instant at) {
    Caller caller = principal.caller();
    Map<DatasetRef, Long> written = new HashMap<>();
    versions.forEach((table, version) -> written.put(new DatasetRef.Cataloged(table), version));
    lineage.record(
        caller,
        new LineageReport(
            job(run.pipeline(), caller),
            at,
            Optional.of(run(run)),
            List.of(),
            written,
            LineageReport.Scope.PARTIAL));
  }

  /** Tells that a pipeline is no more: what it read and wrote is over. Its tables stay. */
  public void ended(String pipeline, Instant at) {
    Caller caller = principal.caller();
    lineage.record(
        caller,
        new LineageReport(
            job(pipeline, caller),
            at,
            Optional.empty(),
            List.of(),
            Map.of(),
            LineageReport.Scope.WHOLE));
  }

  private static LineageReport.Job job(String pipeline, Caller caller) {
    return new LineageReport.Job(
        NAMESPACE, pipeline, LineageJob.Kind.PIPELINE, true, caller.principal());
  }

  private static LineageReport.Run run(Run run) {
    return new LineageReport.Run(run.id(), run.state(), "", run.epoch());
  }

  /** The last epoch of a table that the catalog was told of. */
  public Optional<TableEpoch> lastEpoch(UUID table) {
    Caller caller = principal.caller();
    return name(table).flatMap(name -> freshness.find(caller, name)).map(Freshness::last);
  }

  /**
   * An epoch of a table, by the table's id.
   *
   * @param report of the table under whatever name
   */
  public record Committed(UUID table, EpochReport report) {
    public Committed {
      requireNonNull(table, "table is null");
      requireNonNull(report, "report is null");
    }
  }

  /**
   * Tells that an epoch is committed. Tables that are not in the catalog any more are left out.
   *
   * @throws MillraceException PERMISSION_DENIED, IO_FAILED; none is taken then
   */
  public void committed(List<Committed> epochs) {
    List<EpochReport> reports = new ArrayList<>();
    for (Committed each : epochs) {
      EpochReport told = each.report();
      name(each.table())
          .ifPresent(
              name ->
                  reports.add(
                      new EpochReport(
                          name,
                          told.pipeline(),
                          told.epoch(),
                          told.version(),
                          told.committed(),
                          told.watermark(),
                          told.rows())));
    }
    freshness.report(principal.caller(), reports);
  }

  private Optional<String> name(UUID table) {
    CatalogState state = store.state();
    return state.find(table).map(state::fullName);
  }
}
