package io.millrace.jobs.project;

import io.millrace.catalog.ErrorCode;
import io.millrace.jobs.language.Dataset;
import io.millrace.jobs.language.MaterializedView;
import io.millrace.jobs.language.Problems;
import io.millrace.jobs.language.ProjectException;
import io.millrace.jobs.language.RelationReference;
import io.millrace.jobs.language.SourceFunction;
import io.millrace.jobs.language.Suggestion;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A project whose datasets are checked and whose references are resolved: which dataset reads
 * which, without a cycle. Immutable.
 */
public final class PipelineGraph {
  private final Project project;
  private final Map<String, Dataset> datasets;
  private final Map<String, List<String>> upstream;
  private final Map<String, List<String>> downstream;
  private final Map<String, SourceFunction> sources;

  private PipelineGraph(
      Project project,
      Map<String, Dataset> ordered,
      Map<String, List<String>> upstream,
      Map<String, List<String>> downstream,
      Map<String, SourceFunction> sources) {
    this.project = project;
    this.datasets = Collections.unmodifiableMap(ordered);
    this.upstream = upstream;
    this.downstream = downstream;
    this.sources = Collections.unmodifiableMap(sources);
  }

  /**
   * Checks a project and resolves its references.
   *
   * @throws ProjectException with everything that is wrong
   */
  public static PipelineGraph of(Project project) {
    Problems problems = new Problems();
    Map<String, Dataset> byName = new DatasetChecks(project.datasets(), problems).check();
    Map<String, List<String>> upstream = new LinkedHashMap<>();
    Map<String, SourceFunction> sources = new LinkedHashMap<>();
    for (Dataset dataset : byName.values()) {
      upstream.put(dataset.name(), resolve(dataset, byName, sources, problems));
    }
    Map<String, Dataset> ordered = order(byName, upstream, problems);
    problems.throwIfAny();
    Map<String, List<String>> downstream = new LinkedHashMap<>();
    ordered.keySet().forEach(name -> downstream.put(name, new ArrayList<>()));
    for (String name : ordered.keySet()) {
      upstream.get(name).forEach(parent -> downstream.get(parent).add(name));
    }
    return new PipelineGraph(project, ordered, upstream, downstream, sources);
  }

  private static List<String> resolve(
      Dataset dataset,
      Map<String, Dataset> byName,
      Map<String, SourceFunction> sources,
      Problems problems) {
    Set<String> parents = new LinkedHashSet<>();
    for (RelationReference reference : dataset.query().relations()) {
      if (reference.source() != null) {
        sources.putIfAbsent(reference.name(), reference.source());
      } else if (!byName.containsKey(reference.name())) {
        problems.add(
            dataset
                .query()
                .body()
                .problem(
                    ErrorCode.DATASET_NOT_FOUND,
                    reference.position(),
                    "there is no dataset '" + reference.name() + "' in this pipeline",
                    Suggestion.remedy(reference.name(), byName.keySet(), "its datasets are")));
      } else {
        if (reference.streaming() && byName.get(reference.name()) instanceof MaterializedView) {
          problems.add(
              dataset
                  .query()
                  .body()
                  .problem(
                      ErrorCode.SQL_UNSUPPORTED,
                      reference.position(),
                      "STREAM("
                          + reference.name()
                          + "): the rows of a materialized view change, they are no stream",
                      "read it as " + reference.name() + ", without STREAM"));
        }
        parents.add(reference.name());
      }
    }
    return List.copyOf(parents);
  }

  /** Parents before children, otherwise in the order of the files; reports cycles. */
  private static Map<String, Dataset> order(
      Map<String, Dataset> byName, Map<String, List<String>> upstream, Problems problems) {
    Map<String, Dataset> ordered = new LinkedHashMap<>();
    Set<String> reported = new LinkedHashSet<>();
    for (String name : byName.keySet()) {
      visit(name, byName, upstream, ordered, new ArrayList<>(), reported, problems);
    }
    return ordered;
  }

  private static void visit(
      String name,
      Map<String, Dataset> byName,
      Map<String, List<String>> upstream,
      Map<String, Dataset> ordered,
      List<String> path,
      Set<String> reported,
      Problems problems) {
    if (ordered.containsKey(name)) {
      return;
    }
    int start = path.indexOf(name);
    if (start >= 0) {
      List<String> cycle = path.subList(start, path.size());
      if (Collections.disjoint(reported, cycle)) {
        Dataset dataset = byName.get(name);
        problems.add(
            dataset
                .query()
                .body()
                .problem(
                    ErrorCode.DATASET_CYCLE,
                    dataset.position(),
                    "a dataset reads itself: " + String.join(" → ", cycle) + " → " + name,
                    "an arrow points from a dataset to one that it reads; take one away"));
      }
      reported.addAll(cycle);
      return;
    }
    path.add(name);
    for (String parent : upstream.get(name)) {
      visit(parent, byName, upstream, ordered, path, reported, problems);
    }
    path.remove(path.size() - 1);
    ordered.put(name, byName.get(name));
  }

  public Project project() {
    return project;
  }

  /** All datasets, those that are read before those that read them. */
  public List<Dataset> datasets() {
    return List.copyOf(datasets.values());
  }

  /**
   * @throws IllegalArgumentException if there is none of this name
   */
  public Dataset dataset(String name) {
    return known(datasets, name);
  }

  /** The source functions by their names in queries; each is there once. */
  public Map<String, SourceFunction> sources() {
    return sources;
  }

  /** What a dataset reads itself, in the order of its query; source functions are not counted. */
  public List<Dataset> upstream(String name) {
    return known(upstream, name).stream().map(datasets::get).toList();
  }

  /** Who reads a dataset itself, in topological order. */
  public List<Dataset> downstream(String name) {
    return known(downstream, name).stream().map(datasets::get).toList();
  }

  /** Everything that a dataset is made from, in topological order, without itself. */
  public List<Dataset> ancestors(String name) {
    return reachable(name, upstream);
  }

  /** Everything that is made from a dataset, in topological order, without itself. */
  public List<Dataset> descendants(String name) {
    return reachable(name, downstream);
  }

  private List<Dataset> reachable(String name, Map<String, List<String>> edges) {
    Set<String> seen = new LinkedHashSet<>();
    Deque<String> open = new ArrayDeque<>(known(edges, name));
    while (!open.isEmpty()) {
      String next = open.poll();
      if (seen.add(next)) {
        open.addAll(edges.get(next));
      }
    }
    return datasets.values().stream().filter(d -> seen.contains(d.name())).toList();
  }

  /** The graph as a tree of text, for people. */
  public String toText() {
    return new GraphRendering(this).text();
  }

  /**
   * The graph as JSON, for programs; no value of a variable is in it.
   *
   * @param ways how datasets run, by their names
   */
  public String toJson(Map<String, String> ways) {
    return new GraphRendering(this).json(ways);
  }

  private static <T> T known(Map<String, T> map, String name) {
    T value = map.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no dataset '" + name + "' in " + map.keySet());
    }
    return value;
  }
}
