package io.millrace.catalog.server.lineage;

import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.state.CatalogState;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;

/** Finds what a change touches: by lineage, and by what the catalog knows of views and policies. */
final class ImpactSearch {
  private final LineageGraph graph;
  private final CatalogState catalog;
  private final LineageViewer viewer;
  private final Instant now;
  private final Map<List<Object>, Impact.Affected> affected = new LinkedHashMap<>();
  private final Set<UUID> touched = new HashSet<>();
  private boolean truncated;

  ImpactSearch(LineageGraph graph, CatalogState catalog, LineageViewer viewer, Instant now) {
    this.graph = graph;
    this.catalog = catalog;
    this.viewer = viewer;
    this.now = now;
  }

  /** Of a function: what calls it as a policy, and views that call it. */
  Impact ofFunction(Securable function) {
    Set<UUID> starts = new HashSet<>();
    catalog
        .all()
        .filter(each -> each.definition() instanceof Definition.Table)
        .forEach(
            each -> {
              Definition.Table table = (Definition.Table) each.definition();
              table
                  .rowFilter()
                  .filter(policy -> policy.function().equals(function.id()))
                  .ifPresent(
                      policy -> add(each.id(), "", Impact.Reason.ROW_FILTER, 1, Optional.empty()));
              for (Definition.Column column : table.columns()) {
                column
                    .mask()
                    .filter(policy -> policy.function().equals(function.id()))
                    .ifPresent(
                        policy ->
                            add(
                                each.id(),
                                column.name(),
                                Impact.Reason.COLUMN_MASK,
                                1,
                                Optional.empty()));
              }
            });
    views(function, true).forEach(starts::add);
    starts.forEach(view -> add(view, "", Impact.Reason.VIEW, 1, Optional.empty()));
    starts.forEach(view -> downstream(NodeKey.of(view, ""), 1));
    return found(touched);
  }

  /**
   * Of a table, or of one column of it.
   *
   * @param column empty for the whole table
   */
  Impact ofTable(Securable table, String column) {
    if (!column.isEmpty()) {
      inTable(table, column);
    }
    downstream(NodeKey.of(table.id(), column), 0);
    Set<UUID> read = new HashSet<>(touched);
    read.add(table.id());
    return found(read);
  }

  /** What the table itself says of a column. */
  private void inTable(Securable securable, String column) {
    if (!(securable.definition() instanceof Definition.Table table)) {
      return;
    }
    String wanted = CatalogState.folded(column);
    Pattern word =
        Pattern.compile(
            "(?<![\\w$])" + Pattern.quote(wanted) + "(?![\\w$])", Pattern.UNICODE_CHARACTER_CLASS);
    table
        .constraints()
        .forEach(
            (name, condition) -> {
              if (word.matcher(CatalogState.folded(condition)).find()) {
                add(securable.id(), column, Impact.Reason.CONSTRAINT, 0, Optional.of(name));
              }
            });
    table
        .rowFilter()
        .filter(policy -> names(policy, wanted))
        .ifPresent(
            policy -> add(securable.id(), column, Impact.Reason.ROW_FILTER, 0, function(policy)));
    for (Definition.Column each : table.columns()) {
      boolean itself = CatalogState.folded(each.name()).equals(wanted);
      each.mask()
          .filter(policy -> itself || names(policy, wanted))
          .ifPresent(
              policy ->
                  add(securable.id(), each.name(), Impact.Reason.COLUMN_MASK, 0, function(policy)));
      if (itself && each.partitionIndex().isPresent()) {
        add(securable.id(), column, Impact.Reason.PARTITION, 0, Optional.empty());
      }
    }
  }

  private static boolean names(Definition.Policy policy, String column) {
    return policy.columns().stream().anyMatch(each -> CatalogState.folded(each).equals(column));
  }

  private Optional<String> function(Definition.Policy policy) {
    return catalog
        .find(policy.function())
        .filter(found -> viewer.sees(found.id()))
        .map(catalog::fullName);
  }

  /** Along lineage, and through views, which no job has to run for. */
  private void downstream(NodeKey start, int startDistance) {
    Map<NodeKey, Integer> distances = new HashMap<>();
    ArrayDeque<NodeKey> open = new ArrayDeque<>();
    distances.put(start, startDistance);
    open.add(start);
    while (!open.isEmpty()) {
      NodeKey node = open.remove();
      int distance = distances.get(node) + 1;
      LineageWalk walk = new LineageWalk(graph, now, node.isColumn(), false);
      for (LineageWalk.Step step : walk.steps(node, LineageWalk.Direction.DOWNSTREAM)) {
        Impact.Reason reason =
            step.edge().key().kind() == Transformation.Kind.DIRECT
                ? Impact.Reason.VALUES
                : Impact.Reason.DECIDES;
        add(step.next().dataset(), step.column(), reason, distance, Optional.empty());
        if (!distances.containsKey(step.next())) {
          if (distances.size() >= LineageWalk.NODES_MAX) {
            truncated = true;
          } else {
            distances.put(step.next(), distance);
            open.add(step.next());
          }
        }
      }
      Optional<Securable> securable = catalog.find(node.dataset());
      for (UUID view : securable.map(each -> views(each, false)).orElse(List.of())) {
        add(view, "", Impact.Reason.VIEW, distance, Optional.empty());
        NodeKey next = NodeKey.of(view, "");
        if (distances.putIfAbsent(next, distance) == null) {
          open.add(next);
        }
      }
    }
  }

  private @org.jspecify.annotations.Nullable Map<String, List<UUID>> tableViews;
  private @org.jspecify.annotations.Nullable Map<String, List<UUID>> functionViews;

  /** Views that name a table or function. */
  private List<UUID> views(Securable named, boolean isFunction) {
    Map<String, List<UUID>> known = isFunction ? functionViews : tableViews;
    if (known == null) {
      known = viewsByName(isFunction);
      if (isFunction) {
        functionViews = known;
      } else {
        tableViews = known;
      }
    }
    return known.getOrDefault(CatalogState.folded(catalog.fullName(named)), List.of());
  }

  private Map<String, List<UUID>> viewsByName(boolean functions) {
    Map<String, List<UUID>> found = new HashMap<>();
    catalog
        .all()
        .filter(each -> each.type() == SecurableType.TABLE)
        .forEach(
            each -> {
              for (Definition.Dependency on :
                  ((Definition.Table) each.definition()).dependencies()) {
                if (on.isFunction() == functions) {
                  found
                      .computeIfAbsent(CatalogState.folded(on.fullName()), k -> new ArrayList<>())
                      .add(each.id());
                }
              }
            });
    return found;
  }

  private void add(
      UUID dataset, String column, Impact.Reason reason, int distance, Optional<String> detail) {
    LineageNode node = viewer.node(dataset, column);
    touched.add(dataset);
    List<Object> key = List.of(node.id(), reason, detail);
    affected.putIfAbsent(key, new Impact.Affected(node, reason, distance, detail));
  }

  private Impact found(Set<UUID> read) {
    Set<String> owners = new TreeSet<>();
    Set<String> hidden = new HashSet<>();
    for (Impact.Affected each : affected.values()) {
      each.node().owner().ifPresent(owners::add);
      if (each.node().isRestricted()) {
        hidden.add(each.node().id());
      }
    }
    List<Impact.Reader> running = new ArrayList<>();
    for (UUID dataset : read) {
      running.addAll(readers(dataset));
    }
    running.sort(
        java.util.Comparator.comparing((Impact.Reader each) -> each.source().name())
            .thenComparing(each -> each.job().map(LineageJobView::name).orElse(""))
            .thenComparing(each -> each.source().id()));
    return new Impact(
        affected.values().stream()
            .sorted(java.util.Comparator.comparingInt(Impact.Affected::distance))
            .toList(),
        running,
        List.copyOf(owners),
        hidden.size(),
        truncated);
  }

  /** Jobs that read a dataset now. */
  List<Impact.Reader> readers(UUID dataset) {
    record Columns(LineageEdge any, boolean seen, Set<String> names) {}
    Map<UUID, Columns> byRun = new LinkedHashMap<>();
    for (LineageEdge edge : graph.from(dataset)) {
      Optional<LineageRun> run = edge.run().flatMap(graph::run).filter(viewer::isRunning);
      if (run.isEmpty() || edge.ended().isPresent()) {
        continue;
      }
      Columns known = byRun.get(run.get().id());
      Columns next =
          new Columns(
              edge,
              viewer.seesJob(edge) && (known == null || known.seen()),
              known == null ? new TreeSet<>() : known.names());
      if (!edge.key().sourceColumn().isEmpty()) {
        next.names().add(edge.key().sourceColumn());
      }
      byRun.put(run.get().id(), next);
    }
    List<Impact.Reader> readers = new ArrayList<>();
    byRun.forEach(
        (run, columns) ->
            readers.add(
                new Impact.Reader(
                    viewer.node(dataset, ""),
                    columns.seen()
                        ? graph
                            .job(columns.any().key().job())
                            .map(job -> viewer.job(job, Optional.of(run)))
                        : Optional.empty(),
                    viewer.sees(dataset) ? List.copyOf(columns.names()) : List.of())));
    return readers;
  }
}
