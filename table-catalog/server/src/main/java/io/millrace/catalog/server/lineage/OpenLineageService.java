package io.millrace.catalog.server.lineage;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.server.service.Caller;
import io.millrace.catalog.server.state.CatalogState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Lineage in and out as events of OpenLineage. */
public final class OpenLineageService {
  /** Most runs of one page. */
  public static final int PAGE_MAX = 1_000;

  private final LineageService lineage;

  public OpenLineageService(LineageService lineage) {
    this.lineage = requireNonNull(lineage, "lineage is null");
  }

  /**
   * Takes an event of a run, a job or a dataset. One that comes again changes nothing.
   *
   * @throws MillraceException ARGUMENT_INVALID, naming the field; as {@link LineageService#record}
   */
  public void accept(Caller reporter, JsonNode json) {
    OpenLineageEvent event = OpenLineageReader.read(json);
    LineageReport.Job job =
        event
            .job()
            .map(
                each ->
                    new LineageReport.Job(
                        each.namespace(),
                        each.name(),
                        each.kind(),
                        each.streaming(),
                        reporter.principal()))
            .orElseGet(() -> nameless(event, reporter.principal()));
    Map<DatasetRef.Outside, DatasetRef> known = new HashMap<>();
    Map<DatasetRef, Long> versions = new HashMap<>();
    for (OpenLineageEvent.Output output : event.outputs()) {
      output
          .version()
          .ifPresent(
              version -> {
                if (event.run().isPresent()) {
                  versions.put(resolved(known, reporter, output.dataset()), version);
                }
              });
    }
    lineage.record(
        reporter,
        new LineageReport(
            job,
            event.at(),
            event
                .run()
                .map(
                    run ->
                        new LineageReport.Run(run.id(), run.state(), run.statement(), run.epoch())),
            flows(event, known, reporter),
            versions,
            event.run().isPresent() ? LineageReport.Scope.PARTIAL : LineageReport.Scope.COMPLETE));
  }

  /** What somebody says of a dataset alone: it is as if a job of that name made it. */
  private static LineageReport.Job nameless(OpenLineageEvent event, UUID reporter) {
    DatasetRef.Outside dataset = event.outputs().get(0).dataset();
    return new LineageReport.Job(
        event.producer(), dataset.name(), LineageJob.Kind.JOB, false, reporter);
  }

  private DatasetRef resolved(
      Map<DatasetRef.Outside, DatasetRef> known, Caller reporter, DatasetRef.Outside named) {
    return known.computeIfAbsent(named, name -> lineage.resolved(reporter, name));
  }

  /**
   * Every input goes into every output, but where outputs say what their columns come from: then
   * into those, and what no output names into all.
   */
  private List<Flow> flows(
      OpenLineageEvent event, Map<DatasetRef.Outside, DatasetRef> known, Caller reporter) {
    Set<DatasetRef.Outside> named = new LinkedHashSet<>();
    for (OpenLineageEvent.Output output : event.outputs()) {
      output.origins().ifPresent(all -> all.forEach(origin -> named.add(origin.source())));
    }
    Set<Flow> flows = new LinkedHashSet<>();
    for (OpenLineageEvent.Output output : event.outputs()) {
      DatasetRef target = resolved(known, reporter, output.dataset());
      for (DatasetRef.Outside input : event.inputs()) {
        if (output.origins().isEmpty() || !named.contains(input)) {
          flows.add(Flow.of(resolved(known, reporter, input), target));
        }
      }
      for (OpenLineageEvent.Origin origin : output.origins().orElse(List.of())) {
        flows.add(
            Flow.of(
                resolved(known, reporter, origin.source()),
                origin.field(),
                target,
                origin.column(),
                origin.transformation()));
      }
    }
    if (event.outputs().isEmpty()) {
      for (DatasetRef.Outside input : event.inputs()) {
        flows.add(Flow.read(resolved(known, reporter, input), ""));
      }
    }
    return List.copyOf(flows);
  }

  /**
   * Events of runs.
   *
   * @param next for the page after this one; empty of the last
   */
  public record Page(List<ObjectNode> events, Optional<String> next) {
    public Page {
      events = List.copyOf(events);
    }
  }

  /**
   * Runs that something was heard of since a time, the earliest first, each as events from its
   * start on; of jobs of which the viewer sees everything that they read and write.
   *
   * @param table only of jobs that read or write it; empty for all
   * @param after token of the page before
   */
  public Page export(
      Caller viewer, Optional<String> table, Instant since, int runsMax, Optional<String> after) {
    if (runsMax < 1 || runsMax > PAGE_MAX) {
      throw new MillraceException(
          ErrorCode.ARGUMENT_INVALID,
          "max_results is %d, expected 1 to %d".formatted(runsMax, PAGE_MAX),
          "ask for a page after the other");
    }
    LineageGraph graph = lineage.store().graph();
    CatalogState catalog = lineage.store().catalog();
    LineageViewer sees = lineage.viewer(graph, viewer);
    Optional<UUID> dataset = table.map(name -> lineage.start(viewer, graph, name, "").dataset());
    LineagePosition from =
        after.map(LineagePosition::of).orElse(new LineagePosition(since, new UUID(0, 0)));
    Map<UUID, Boolean> exported = new HashMap<>();
    List<LineageRun> runs =
        graph.runs().stream()
            .filter(run -> position(run).compareTo(from) > 0)
            .filter(
                run ->
                    exported.computeIfAbsent(
                        run.job(), job -> isExported(graph, sees, job, dataset)))
            .sorted(Comparator.comparing(OpenLineageService::position))
            .limit(runsMax + 1L)
            .toList();
    OpenLineageWriter writer = new OpenLineageWriter(graph, catalog);
    List<ObjectNode> events = new ArrayList<>();
    for (LineageRun run : runs.subList(0, Math.min(runs.size(), runsMax))) {
      List<LineageEdge> edges =
          graph.ofJob(run.job()).stream()
              .filter(edge -> !edge.firstSeen().isAfter(run.updated()))
              .filter(edge -> edge.ended().filter(end -> !end.isAfter(run.started())).isEmpty())
              .sorted(Comparator.comparing(OpenLineageService::order))
              .toList();
      events.addAll(writer.events(graph.job(run.job()).orElseThrow(), run, edges));
    }
    return new Page(
        events,
        runs.size() > runsMax
            ? Optional.of(position(runs.get(runsMax - 1)).token())
            : Optional.empty());
  }

  private static LineagePosition position(LineageRun run) {
    return new LineagePosition(run.updated(), run.id());
  }

  private static String order(LineageEdge edge) {
    LineageEdge.Key key = edge.key();
    return key.source() + " " + key.target() + " " + key.targetColumn() + " " + key.sourceColumn();
  }

  private static boolean isExported(
      LineageGraph graph, LineageViewer sees, UUID job, Optional<UUID> dataset) {
    Collection<LineageEdge> edges = graph.ofJob(job);
    return !edges.isEmpty()
        && edges.stream().allMatch(sees::seesJob)
        && (dataset.isEmpty()
            || edges.stream()
                .anyMatch(
                    edge ->
                        edge.key().source().equals(dataset.get())
                            || edge.key().target().equals(dataset)));
  }
}
