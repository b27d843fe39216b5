package io.millrace.catalog.server.lineage;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.service.Caller;
import io.millrace.catalog.server.service.Gate;
import io.millrace.catalog.server.state.CatalogState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Lineage, for somebody: what is told is checked against what the teller may, and what is answered
 * is what the asker may see. What the asker may not see is a node without a name, in its place.
 *
 * <p>Thread-safe. Every answer is as of one state of the lineage.
 */
public final class LineageService {
  /** Most steps that a query goes. */
  public static final int DEPTH_MAX = 50;

  private static final int PATH_DEPTH_MAX = 20;
  private static final int PATHS_MAX = 100;

  private final LineageStore store;
  private final Gate gate;

  public LineageService(LineageStore store, Gate gate) {
    this.store = requireNonNull(store, "store is null");
    this.gate = requireNonNull(gate, "gate is null");
  }

  /** Which way a query goes. */
  public enum Direction {
    UPSTREAM,
    DOWNSTREAM,
    BOTH
  }

  /**
   * What somebody wants to know of the surroundings of a table or column.
   *
   * @param table full name
   * @param column empty for the table
   * @param depth steps, 1 to {@link #DEPTH_MAX}
   * @param at empty for now
   * @param onlyDirect whether to leave out what only decides about values
   */
  public record Around(
      String table,
      String column,
      Direction direction,
      int depth,
      Optional<Instant> at,
      boolean onlyDirect) {
    public Around {
      requireNonNull(table, "table is null");
      requireNonNull(column, "column is null");
      requireNonNull(direction, "direction is null");
      requireNonNull(at, "at is null");
      if (depth < 1 || depth > DEPTH_MAX) {
        throw new MillraceException(
            ErrorCode.ARGUMENT_INVALID,
            "depth is %d, expected 1 to %d".formatted(depth, DEPTH_MAX),
            "ask for fewer steps, and go on from the last nodes");
      }
    }
  }

  /**
   * Takes a report of the caller, who must be able to MODIFY or ALTER each table that it writes,
   * and to see each table that it reads.
   *
   * @throws MillraceException PERMISSION_DENIED; SECURABLE_NOT_FOUND; LIMIT_EXCEEDED; IO_FAILED
   */
  public void record(Caller caller, LineageReport report) {
    if (!report.job().reporter().equals(caller.principal())) {
      throw new IllegalArgumentException("a report of somebody else than the caller");
    }
    CatalogState catalog = store.catalog();
    Set<DatasetRef> sources = new LinkedHashSet<>();
    Set<DatasetRef> targets = new LinkedHashSet<>(report.versions().keySet());
    for (Flow flow : report.flows()) {
      sources.add(flow.source());
      flow.target().ifPresent(targets::add);
    }
    for (DatasetRef each : sources) {
      if (each instanceof DatasetRef.Cataloged cataloged) {
        Securable source = found(catalog, cataloged);
        if (!gate.allows(catalog, caller, Action.DESCRIBE, source)) {
          gate.require(catalog, caller, Action.DESCRIBE, source);
        }
      }
    }
    for (DatasetRef each : targets) {
      if (each instanceof DatasetRef.Cataloged cataloged) {
        requireWritable(catalog, caller, found(catalog, cataloged));
      }
    }
    store.record(report);
  }

  private static Securable found(CatalogState catalog, DatasetRef.Cataloged cataloged) {
    return catalog
        .find(cataloged.securable())
        .orElseThrow(
            () ->
                new MillraceException(
                    ErrorCode.SECURABLE_NOT_FOUND,
                    "a table of the report is not there any more",
                    "report what is there"));
  }

  private void requireWritable(CatalogState catalog, Caller caller, Securable target) {
    if (gate.allows(catalog, caller, Action.ALTER, target)) {
      return;
    }
    Action writes = target.type() == SecurableType.TABLE ? Action.MODIFY : Action.ALTER;
    if (!gate.allows(catalog, caller, writes, target)) {
      gate.require(catalog, caller, writes, target);
    }
  }

  /** The dataset that a name of OpenLineage's is, for somebody: a table only if it is seen. */
  DatasetRef resolved(Caller caller, DatasetRef.Outside named) {
    CatalogState catalog = store.catalog();
    return new DatasetNames(catalog)
        .securable(named)
        .filter(found -> gate.allows(catalog, caller, Action.DESCRIBE, found))
        .<DatasetRef>map(found -> new DatasetRef.Cataloged(found.id()))
        .orElse(named);
  }

  LineageStore store() {
    return store;
  }

  LineageViewer viewer(LineageGraph graph, Caller viewer) {
    return new LineageViewer(store, graph, store.catalog(), gate, viewer);
  }

  /** What a table or column is made from, or what is made from it. */
  public LineageSubgraph around(Caller viewer, Around query) {
    LineageGraph graph = store.graph();
    NodeKey start = start(viewer, graph, query.table(), query.column());
    return around(viewer, graph, start, query);
  }

  /**
   * As {@link #around(Caller, Around)}, of something outside; the query's table is not looked at.
   */
  public LineageSubgraph around(Caller viewer, DatasetRef.Outside dataset, Around query) {
    LineageGraph graph = store.graph();
    UUID id = LineageGraph.id(dataset);
    if (graph.dataset(id).isEmpty() || !viewer(graph, viewer).sees(id)) {
      throw new MillraceException(
          ErrorCode.SECURABLE_NOT_FOUND,
          "there is no lineage of %s in %s that you may see"
              .formatted(dataset.name(), dataset.namespace()),
          "look at the namespace and the name");
    }
    return around(viewer, graph, NodeKey.of(id, query.column()), query);
  }

  private LineageSubgraph around(Caller who, LineageGraph graph, NodeKey start, Around query) {
    LineageViewer viewer = viewer(graph, who);
    LineageWalk walk =
        new LineageWalk(
            graph, query.at().orElseGet(store::now), start.isColumn(), query.onlyDirect());
    Map<NodeKey, LineageNode> nodes = new LinkedHashMap<>();
    nodes.put(start, viewer.node(start.dataset(), query.column()));
    Set<LineageLink> links = new LinkedHashSet<>();
    boolean truncated = false;
    for (LineageWalk.Direction direction : LineageWalk.Direction.values()) {
      if (query.direction() != Direction.BOTH
          && !query.direction().name().equals(direction.name())) {
        continue;
      }
      LineageWalk.Found found = walk.reach(start, direction, query.depth());
      truncated |= found.truncated();
      for (NodeKey each : found.distances().keySet()) {
        nodes.computeIfAbsent(
            each, key -> viewer.node(key.dataset(), found.columns().getOrDefault(key, "")));
      }
      found.edges().forEach(edge -> links.add(viewer.link(edge)));
    }
    return new LineageSubgraph(
        nodes.get(start).id(),
        nodes.values().stream().distinct().toList(),
        List.copyOf(links),
        truncated);
  }

  /** The ways from one table or column to another. */
  public LineagePaths paths(
      Caller viewer, String from, String fromColumn, String to, String toColumn) {
    if (fromColumn.isEmpty() != toColumn.isEmpty()) {
      throw new MillraceException(
          ErrorCode.ARGUMENT_INVALID,
          "a path goes from a table to a table, or from a column to a column",
          "name a column of both, or of none");
    }
    LineageGraph graph = store.graph();
    NodeKey start = start(viewer, graph, from, fromColumn);
    NodeKey end = start(viewer, graph, to, toColumn);
    LineageViewer sees = viewer(graph, viewer);
    LineageWalk walk = new LineageWalk(graph, store.now(), start.isColumn(), false);
    LineageWalk.Ways ways = walk.ways(start, end, PATH_DEPTH_MAX, PATHS_MAX);
    Map<NodeKey, LineageNode> nodes = new LinkedHashMap<>();
    Set<LineageLink> links = new LinkedHashSet<>();
    List<List<String>> paths = new ArrayList<>();
    nodes.put(start, sees.node(start.dataset(), fromColumn));
    for (List<LineageWalk.Step> way : ways.paths()) {
      List<String> path = new ArrayList<>();
      path.add(nodes.get(start).id());
      NodeKey at = start;
      for (LineageWalk.Step step : way) {
        LineageNode next =
            nodes.computeIfAbsent(step.next(), key -> sees.node(key.dataset(), step.column()));
        path.add(next.id());
        for (LineageWalk.Step beside : walk.steps(at, LineageWalk.Direction.DOWNSTREAM)) {
          if (beside.next().equals(step.next())) {
            links.add(sees.link(beside.edge()));
          }
        }
        at = step.next();
      }
      paths.add(path);
    }
    return new LineagePaths(
        List.copyOf(nodes.values()), List.copyOf(links), paths, ways.truncated());
  }

  /**
   * What dropping or retyping a table or column would touch.
   *
   * @param column empty for the table
   */
  public Impact impact(Caller viewer, String table, String column) {
    LineageGraph graph = store.graph();
    NodeKey start = start(viewer, graph, table, column);
    CatalogState catalog = store.catalog();
    return search(viewer, graph).ofTable(catalog.find(start.dataset()).orElseThrow(), column);
  }

  /** What dropping or changing a function would touch. */
  public Impact impactOfFunction(Caller viewer, String function) {
    Securable found =
        gate.require(store.catalog(), viewer, Action.DESCRIBE, SecurableType.FUNCTION, function);
    return search(viewer, store.graph()).ofFunction(found);
  }

  private ImpactSearch search(Caller viewer, LineageGraph graph) {
    return new ImpactSearch(graph, store.catalog(), viewer(graph, viewer), store.now());
  }

  /** Jobs that read a table now. */
  public List<Impact.Reader> readers(Caller viewer, String table) {
    LineageGraph graph = store.graph();
    NodeKey start = start(viewer, graph, table, "");
    return search(viewer, graph).readers(start.dataset());
  }

  /**
   * A table that nobody reads.
   *
   * @param lastRead by a job or statement; empty if never, as far as is kept
   * @param lastWritten likewise
   */
  public record Orphan(
      LineageNode table, Optional<Instant> lastRead, Optional<Instant> lastWritten) {}

  /** Tables, of those that the viewer sees, that nothing has read since a time, by name. */
  public List<Orphan> orphans(Caller viewer, Instant since) {
    LineageGraph graph = store.graph();
    CatalogState catalog = store.catalog();
    LineageViewer sees = viewer(graph, viewer);
    Set<String> ofViews = new HashSet<>();
    List<Securable> tables =
        catalog.all().filter(each -> each.type() == SecurableType.TABLE).toList();
    for (Securable each : tables) {
      ((Definition.Table) each.definition())
          .dependencies()
          .forEach(on -> ofViews.add(CatalogState.folded(on.fullName())));
    }
    List<Orphan> orphans = new ArrayList<>();
    for (Securable each : tables) {
      Optional<Instant> lastRead =
          graph.from(each.id()).stream().map(graph::lastSeen).max(Comparator.naturalOrder());
      boolean read =
          lastRead.filter(at -> !at.isBefore(since)).isPresent()
              || ofViews.contains(CatalogState.folded(catalog.fullName(each)));
      if (!read && sees.sees(each.id())) {
        Optional<Instant> lastWritten =
            graph.into(each.id()).stream().map(graph::lastSeen).max(Comparator.naturalOrder());
        orphans.add(new Orphan(sees.node(each.id(), ""), lastRead, lastWritten));
      }
    }
    orphans.sort(Comparator.comparing(orphan -> orphan.table().name()));
    return orphans;
  }

  /**
   * Who made a version of a table, and from what.
   *
   * @param job empty for who may not see all that it joins
   */
  public record Provenance(Optional<LineageJobView> job, List<LineageNode> sources) {
    public Provenance {
      sources = List.copyOf(sources);
    }
  }

  /** Runs that wrote a version of a table; none if nobody told. */
  public List<Provenance> provenance(Caller viewer, String table, long version) {
    LineageGraph graph = store.graph();
    NodeKey start = start(viewer, graph, table, "");
    LineageViewer sees = viewer(graph, viewer);
    List<Provenance> found = new ArrayList<>();
    for (LineageOutput output : graph.outputs(start.dataset())) {
      Optional<LineageRun> run = graph.run(output.run()).filter(each -> output.contains(version));
      if (run.isEmpty()) {
        continue;
      }
      List<LineageEdge> edges =
          graph.into(start.dataset()).stream()
              .filter(edge -> edge.key().job().equals(run.get().job()))
              .filter(edge -> !edge.key().isOfColumns())
              .filter(edge -> !edge.firstSeen().isAfter(run.get().updated()))
              .filter(
                  edge -> edge.ended().filter(end -> end.isBefore(run.get().started())).isEmpty())
              .toList();
      boolean seesJob = edges.stream().allMatch(sees::seesJob);
      found.add(
          new Provenance(
              seesJob
                  ? graph.job(run.get().job()).map(job -> sees.job(job, Optional.of(output.run())))
                  : Optional.empty(),
              edges.stream()
                  .map(edge -> sees.node(edge.key().source(), ""))
                  .distinct()
                  .sorted(Comparator.comparing(LineageNode::name).thenComparing(LineageNode::id))
                  .toList()));
    }
    return found;
  }

  /** A table that the viewer sees, and a column that it has or had. */
  NodeKey start(Caller viewer, LineageGraph graph, String table, String column) {
    CatalogState catalog = store.catalog();
    Securable found = gate.require(catalog, viewer, Action.DESCRIBE, SecurableType.TABLE, table);
    NodeKey start = NodeKey.of(found.id(), column);
    if (start.isColumn() && !hasColumn(graph, found, start)) {
      throw new MillraceException(
          ErrorCode.COLUMN_NOT_FOUND,
          "table %s has no column %s".formatted(catalog.fullName(found), column),
          "name one of its columns");
    }
    return start;
  }

  private static boolean hasColumn(LineageGraph graph, Securable table, NodeKey column) {
    boolean has =
        table.definition() instanceof Definition.Table definition
            && definition.columns().stream()
                .anyMatch(each -> CatalogState.folded(each.name()).equals(column.column()));
    return has
        || graph.from(table.id()).stream()
            .anyMatch(
                edge -> CatalogState.folded(edge.key().sourceColumn()).equals(column.column()))
        || graph.into(table.id()).stream()
            .anyMatch(
                edge -> CatalogState.folded(edge.key().targetColumn()).equals(column.column()));
  }

  /**
   * Lines of lineage.
   *
   * @param next token of the page behind this one; empty of the last
   */
  public record Records(List<LineageRecord> records, Optional<String> next) {
    public Records {
      records = List.copyOf(records);
    }
  }

  /**
   * All lineage whose last time lies in a span, the newest first; for metastore admins.
   *
   * @param ofColumns whether of columns or of datasets
   * @param dataset which of them are wanted: those with a full name on either side that fits
   * @param token of the page before; empty for the first
   */
  public Records records(
      Caller viewer,
      boolean ofColumns,
      Instant from,
      Instant to,
      Predicate<String> dataset,
      int max,
      Optional<String> token) {
    LineageGraph graph = store.graph();
    CatalogState catalog = store.catalog();
    gate.require(catalog, viewer, Action.READ_AUDIT, catalog.metastore());
    LineageViewer sees = viewer(graph, viewer);
    Comparator<LineagePosition> newestFirst = Comparator.reverseOrder();
    Optional<LineagePosition> after = token.map(LineagePosition::of);
    // No more of them are held than fit on the page, however many there are.
    TreeMap<LineagePosition, LineageEdge> page = new TreeMap<>(newestFirst);
    for (LineageEdge edge : graph.edges()) {
      LineagePosition position = new LineagePosition(graph.lastSeen(edge), edge.id());
      boolean wanted =
          edge.key().isOfColumns() == ofColumns
              && !position.at().isBefore(from)
              && position.at().isBefore(to)
              && after.filter(last -> newestFirst.compare(position, last) <= 0).isEmpty()
              && (page.size() <= max || newestFirst.compare(position, page.lastKey()) < 0)
              && (dataset.test(sees.node(edge.key().source(), "").name())
                  || edge.key()
                      .target()
                      .filter(target -> dataset.test(sees.node(target, "").name()))
                      .isPresent());
      if (wanted) {
        page.put(position, edge);
        if (page.size() > max + 1) {
          page.pollLastEntry();
        }
      }
    }
    boolean more = page.size() > max;
    if (more) {
      page.pollLastEntry();
    }
    List<LineageRecord> records = new ArrayList<>();
    page.forEach((position, edge) -> records.add(record(graph, sees, edge, position.at())));
    return new Records(records, more ? Optional.of(page.lastKey().token()) : Optional.empty());
  }

  private static LineageRecord record(
      LineageGraph graph, LineageViewer sees, LineageEdge edge, Instant at) {
    LineageEdge.Key key = edge.key();
    LineageNode source = sees.node(key.source(), key.sourceColumn());
    Optional<LineageNode> target = key.target().map(id -> sees.node(id, key.targetColumn()));
    return new LineageRecord(
        edge.id(),
        source,
        path(source),
        target,
        target.flatMap(LineageService::path),
        sees.job(graph.job(key.job()).orElseThrow(), edge.run()),
        at);
  }

  private static Optional<String> path(LineageNode node) {
    return node.type() == LineageNode.Type.EXTERNAL
        ? DatasetNames.location(new DatasetRef.Outside(node.namespace().orElseThrow(), node.name()))
        : Optional.empty();
  }
}
