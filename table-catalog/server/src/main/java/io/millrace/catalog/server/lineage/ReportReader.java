package io.millrace.catalog.server.lineage;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one report changes in a graph. A report that comes twice changes nothing the second time,
 * and reports may come in any order. Used once.
 */
final class ReportReader {
  private final LineageGraph graph;
  private final LineageReport report;
  private final Function<DatasetRef, String> names;
  private final Instant at;
  private final UUID job;
  private final Map<UUID, LineageDataset> datasets = new LinkedHashMap<>();
  private final Map<UUID, LineageEdge> edges = new LinkedHashMap<>();
  private final List<LineageOutput> outputs = new ArrayList<>();
  private @Nullable Map<LineageEdge.Key, Instant> ends;

  /**
   * @param names full names of securables, now
   * @param now what a report says of the future is of now
   */
  ReportReader(
      LineageGraph graph, LineageReport report, Function<DatasetRef, String> names, Instant now) {
    this.graph = graph;
    this.report = report;
    this.names = names;
    this.at = report.at().isAfter(now) ? now : report.at();
    LineageReport.Job of = report.job();
    this.job = StableId.of("job", of.reporter(), of.namespace(), of.name());
  }

  LineageRows rows() {
    Optional<LineageRun> before = report.run().flatMap(run -> graph.run(runId(run)));
    Optional<LineageRun> run = report.run().map(each -> run(each, before));
    Set<LineageEdge.Key> named = new HashSet<>();
    for (Flow flow : expanded()) {
      LineageEdge.Key key = key(flow);
      if (named.add(key)) {
        put(key, flow.transformation(), run);
      }
    }
    if (report.scope() != LineageReport.Scope.PARTIAL) {
      endUnnamed(named);
    }
    run.filter(each -> each.state() == LineageRun.State.COMPLETE).ifPresent(this::endUnseen);
    run.ifPresent(this::versions);
    return new LineageRows(
        datasets.values(),
        jobs(),
        run.filter(each -> !before.equals(Optional.of(each))).stream().toList(),
        outputs,
        edges.values());
  }

  private List<LineageJob> jobs() {
    LineageReport.Job of = report.job();
    LineageJob now =
        new LineageJob(job, of.namespace(), of.name(), of.kind(), of.streaming(), of.reporter());
    return graph.job(job).filter(now::equals).isPresent() ? List.of() : List.of(now);
  }

  private UUID runId(LineageReport.Run run) {
    return StableId.of("run", job, run.id());
  }

  private LineageRun run(LineageReport.Run told, Optional<LineageRun> before) {
    boolean ends = told.state().isEnd();
    if (before.isEmpty()) {
      return new LineageRun(
          runId(told),
          job,
          told.id(),
          told.statement(),
          told.state(),
          at,
          at,
          ends ? Optional.of(at) : Optional.empty(),
          told.epoch());
    }
    LineageRun known = before.get();
    // An end is the end, whatever comes late.
    boolean endsNow = ends && !known.state().isEnd();
    return new LineageRun(
        known.id(),
        job,
        known.externalId(),
        told.statement().isEmpty() ? known.statement() : told.statement(),
        endsNow ? told.state() : known.state(),
        at.isBefore(known.started()) ? at : known.started(),
        at.isAfter(known.updated()) ? at : known.updated(),
        endsNow ? Optional.of(at) : known.ended(),
        told.epoch().isPresent() ? told.epoch() : known.epoch());
  }

  /** With what a flow of columns says of its datasets. */
  private Set<Flow> expanded() {
    Set<Flow> all = new LinkedHashSet<>();
    for (Flow flow : report.flows()) {
      boolean itself =
          flow.target().filter(flow.source()::equals).isPresent()
              && flow.sourceColumn().equals(flow.targetColumn());
      if (itself) {
        continue;
      }
      all.add(flow);
      if (!flow.sourceColumn().isEmpty() || !flow.targetColumn().isEmpty()) {
        if (!flow.target().filter(flow.source()::equals).isPresent()) {
          all.add(new Flow(flow.source(), "", flow.target(), "", Transformation.NONE));
        }
      }
    }
    return all;
  }

  private LineageEdge.Key key(Flow flow) {
    return new LineageEdge.Key(
        job,
        dataset(flow.source()),
        flow.sourceColumn(),
        flow.target().map(this::dataset),
        flow.targetColumn(),
        flow.transformation().kind(),
        flow.transformation().subtype());
  }

  private UUID dataset(DatasetRef ref) {
    UUID id = LineageGraph.id(ref);
    LineageDataset now = new LineageDataset(id, ref, names.apply(ref));
    if (graph.dataset(id).filter(now::equals).isEmpty()) {
      datasets.put(id, now);
    }
    return id;
  }

  private void put(LineageEdge.Key key, Transformation transformation, Optional<LineageRun> run) {
    Optional<UUID> runId = run.map(LineageRun::id);
    Optional<LineageEdge> open = graph.open(key);
    if (open.isEmpty()) {
      if (ends().getOrDefault(key, Instant.MIN).isAfter(at)) {
        // Old news: it has been so, and is over since.
        return;
      }
      UUID id = StableId.of("edge", key, at);
      edges.put(
          id,
          new LineageEdge(
              id,
              key,
              transformation.description(),
              transformation.masking(),
              runId,
              at,
              at,
              Optional.empty()));
      return;
    }
    LineageEdge known = open.get();
    boolean sameRun = runId.isPresent() && known.run().equals(runId);
    if (sameRun && !at.isBefore(known.firstSeen())) {
      // That the run goes on is told by the run: a report for each commit would write every edge.
      return;
    }
    LineageEdge seen = known.seen(at, runId);
    if (!seen.equals(known)) {
      edges.put(known.id(), seen);
    }
  }

  /** When edges of the job that ended did so. */
  private Map<LineageEdge.Key, Instant> ends() {
    if (ends == null) {
      Map<LineageEdge.Key, Instant> found = new HashMap<>();
      for (LineageEdge edge : graph.ofJob(job)) {
        edge.ended().ifPresent(end -> found.merge(edge.key(), end, (a, b) -> a.isAfter(b) ? a : b));
      }
      ends = found;
    }
    return ends;
  }

  private void endUnnamed(Set<LineageEdge.Key> named) {
    Set<UUID> targets = new HashSet<>();
    named.forEach(key -> key.target().ifPresent(targets::add));
    for (LineageEdge edge : graph.ofJob(job)) {
      boolean over =
          edge.ended().isEmpty()
              && (report.scope() == LineageReport.Scope.WHOLE
                  || edge.key().target().filter(targets::contains).isPresent())
              && !named.contains(edge.key())
              && edge.firstSeen().isBefore(at);
      if (over) {
        edges.put(edge.id(), edge.endedAt(at));
      }
    }
  }

  /** Of what a complete run has written, what earlier runs showed and it did not. */
  private void endUnseen(LineageRun run) {
    Set<UUID> targets = new HashSet<>();
    List<LineageEdge> others = new ArrayList<>();
    for (LineageEdge each : graph.ofJob(job)) {
      LineageEdge edge = edges.getOrDefault(each.id(), each);
      if (edge.run().equals(Optional.of(run.id()))) {
        edge.key().target().ifPresent(targets::add);
      } else if (edge.ended().isEmpty()) {
        others.add(edge);
      }
    }
    for (LineageEdge edge : edges.values()) {
      if (edge.run().equals(Optional.of(run.id()))) {
        edge.key().target().ifPresent(targets::add);
      }
    }
    for (LineageEdge edge : others) {
      boolean goesOn =
          edge.run().flatMap(graph::run).filter(other -> !other.state().isEnd()).isPresent();
      boolean over =
          !goesOn
              && edge.lastSeen().isBefore(run.started())
              && edge.key().target().filter(targets::contains).isPresent();
      if (over) {
        edges.put(edge.id(), edge.endedAt(at));
      }
    }
  }

  private void versions(LineageRun run) {
    report
        .versions()
        .forEach(
            (ref, version) -> {
              UUID dataset = dataset(ref);
              Optional<LineageOutput> known = graph.output(run.id(), dataset);
              LineageOutput next =
                  known
                      .orElseGet(() -> new LineageOutput(run.id(), dataset, version, version))
                      .with(version);
              if (!known.equals(Optional.of(next))) {
                outputs.add(next);
              }
            });
  }
}
