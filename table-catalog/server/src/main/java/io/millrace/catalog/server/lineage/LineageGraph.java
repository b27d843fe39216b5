package io.millrace.catalog.server.lineage;

import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * All lineage that is kept, as of one version. Immutable and thread-safe; nothing here does I/O.
 * Ids of datasets, jobs, runs and edges are those of {@link LineageDataset} and so on.
 */
final class LineageGraph {
  /** How many runs are kept that showed nothing new: they tell who wrote which version. */
  static final int PAST_RUNS_MAX = 100_000;

  static final LineageGraph EMPTY =
      new LineageGraph(
          0,
          HashTreePMap.empty(),
          HashTreePMap.empty(),
          HashTreePMap.empty(),
          HashTreePMap.empty(),
          Edges.EMPTY);

  /** Edges, by everything that they are looked for by. */
  private record Edges(
      PMap<UUID, LineageEdge> all,
      PMap<LineageEdge.Key, UUID> open,
      PMap<UUID, PMap<UUID, LineageEdge>> bySource,
      PMap<UUID, PMap<UUID, LineageEdge>> byTarget,
      PMap<UUID, PMap<UUID, LineageEdge>> byJob) {
    static final Edges EMPTY =
        new Edges(
            HashTreePMap.empty(),
            HashTreePMap.empty(),
            HashTreePMap.empty(),
            HashTreePMap.empty(),
            HashTreePMap.empty());

    Edges with(LineageEdge edge) {
      LineageEdge.Key key = edge.key();
      UUID current = open.get(key);
      PMap<LineageEdge.Key, UUID> nextOpen = open;
      if (edge.ended().isEmpty()) {
        nextOpen = open.plus(key, edge.id());
      } else if (edge.id().equals(current)) {
        nextOpen = open.minus(key);
      }
      return new Edges(
          all.plus(edge.id(), edge),
          nextOpen,
          plus(bySource, key.source(), edge),
          key.target().isPresent() ? plus(byTarget, key.target().get(), edge) : byTarget,
          plus(byJob, key.job(), edge));
    }

    Edges without(LineageEdge edge) {
      LineageEdge.Key key = edge.key();
      return new Edges(
          all.minus(edge.id()),
          edge.id().equals(open.get(key)) ? open.minus(key) : open,
          minus(bySource, key.source(), edge),
          key.target().isPresent() ? minus(byTarget, key.target().get(), edge) : byTarget,
          minus(byJob, key.job(), edge));
    }

    private static PMap<UUID, PMap<UUID, LineageEdge>> plus(
        PMap<UUID, PMap<UUID, LineageEdge>> index, UUID at, LineageEdge edge) {
      PMap<UUID, LineageEdge> there = index.get(at);
      return index.plus(at, (there == null ? EMPTY.all : there).plus(edge.id(), edge));
    }

    private static PMap<UUID, PMap<UUID, LineageEdge>> minus(
        PMap<UUID, PMap<UUID, LineageEdge>> index, UUID at, LineageEdge edge) {
      PMap<UUID, LineageEdge> there = index.get(at);
      if (there == null) {
        return index;
      }
      PMap<UUID, LineageEdge> rest = there.minus(edge.id());
      return rest.isEmpty() ? index.minus(at) : index.plus(at, rest);
    }
  }

  private final long version;
  private final PMap<UUID, LineageDataset> datasets;
  private final PMap<UUID, LineageJob> jobs;
  private final PMap<UUID, LineageRun> runs;

  /** By dataset, by run. */
  private final PMap<UUID, PMap<UUID, LineageOutput>> outputs;

  private final Edges edges;

  private LineageGraph(
      long version,
      PMap<UUID, LineageDataset> datasets,
      PMap<UUID, LineageJob> jobs,
      PMap<UUID, LineageRun> runs,
      PMap<UUID, PMap<UUID, LineageOutput>> outputs,
      Edges edges) {
    this.version = version;
    this.datasets = datasets;
    this.jobs = jobs;
    this.runs = runs;
    this.outputs = outputs;
    this.edges = edges;
  }

  long version() {
    return version;
  }

  /** The id that a dataset has, whether or not anything is known of it. */
  static UUID id(DatasetRef ref) {
    if (ref instanceof DatasetRef.Cataloged cataloged) {
      return cataloged.securable();
    }
    DatasetRef.Outside outside = (DatasetRef.Outside) ref;
    return StableId.of("dataset", outside.namespace(), outside.name());
  }

  Optional<LineageDataset> dataset(UUID id) {
    return Optional.ofNullable(datasets.get(id));
  }

  Optional<LineageJob> job(UUID id) {
    return Optional.ofNullable(jobs.get(id));
  }

  Optional<LineageRun> run(UUID id) {
    return Optional.ofNullable(runs.get(id));
  }

  Collection<LineageDataset> datasets() {
    return datasets.values();
  }

  Collection<LineageJob> jobs() {
    return jobs.values();
  }

  Collection<LineageRun> runs() {
    return runs.values();
  }

  Collection<LineageEdge> edges() {
    return edges.all().values();
  }

  Optional<LineageEdge> edge(UUID id) {
    return Optional.ofNullable(edges.all().get(id));
  }

  int edgeCount() {
    return edges.all().size();
  }

  /** The one with this key that has not ended. */
  Optional<LineageEdge> open(LineageEdge.Key key) {
    return Optional.ofNullable(edges.open().get(key)).map(edges.all()::get);
  }

  Collection<LineageEdge> from(UUID source) {
    return values(edges.bySource().get(source));
  }

  Collection<LineageEdge> into(UUID target) {
    return values(edges.byTarget().get(target));
  }

  Collection<LineageEdge> ofJob(UUID job) {
    return values(edges.byJob().get(job));
  }

  private static <T> Collection<T> values(@org.jspecify.annotations.Nullable PMap<UUID, T> map) {
    return map == null ? List.of() : map.values();
  }

  Optional<LineageOutput> output(UUID run, UUID dataset) {
    PMap<UUID, LineageOutput> there = outputs.get(dataset);
    return there == null ? Optional.empty() : Optional.ofNullable(there.get(run));
  }

  Collection<LineageOutput> outputs(UUID dataset) {
    return values(outputs.get(dataset));
  }

  /** When an edge was last seen: as long as the run that shows it goes on, it is. */
  Instant lastSeen(LineageEdge edge) {
    if (edge.ended().isPresent()) {
      return edge.lastSeen();
    }
    return edge.run()
        .flatMap(this::run)
        .map(LineageRun::updated)
        .filter(updated -> updated.isAfter(edge.lastSeen()))
        .orElse(edge.lastSeen());
  }

  LineageGraph after(LineageRows rows, long next) {
    PMap<UUID, LineageDataset> nextDatasets = datasets;
    for (LineageDataset dataset : rows.datasets()) {
      nextDatasets = nextDatasets.plus(dataset.id(), dataset);
    }
    PMap<UUID, LineageJob> nextJobs = jobs;
    for (LineageJob job : rows.jobs()) {
      nextJobs = nextJobs.plus(job.id(), job);
    }
    PMap<UUID, LineageRun> nextRuns = runs;
    for (LineageRun run : rows.runs()) {
      nextRuns = nextRuns.plus(run.id(), run);
    }
    PMap<UUID, PMap<UUID, LineageOutput>> nextOutputs = outputs;
    for (LineageOutput output : rows.outputs()) {
      PMap<UUID, LineageOutput> there = nextOutputs.get(output.dataset());
      PMap<UUID, LineageOutput> changed =
          (there == null ? HashTreePMap.<UUID, LineageOutput>empty() : there)
              .plus(output.run(), output);
      nextOutputs = nextOutputs.plus(output.dataset(), changed);
    }
    Edges nextEdges = edges;
    for (LineageEdge edge : rows.edges()) {
      nextEdges = nextEdges.with(edge);
    }
    return new LineageGraph(next, nextDatasets, nextJobs, nextRuns, nextOutputs, nextEdges);
  }

  /** What is in the way of a limit, or older than what is kept. */
  record Old(Set<UUID> edges, Set<UUID> runs, Set<UUID> jobs, Set<UUID> datasets) {
    boolean isEmpty() {
      return edges.isEmpty() && runs.isEmpty() && jobs.isEmpty() && datasets.isEmpty();
    }
  }

  /**
   * What was last so before a time, and what has nothing left that it belongs to.
   *
   * @param edgesMax how many edges are kept; of more, those that ended first are old, too
   */
  Old before(Instant cutoff, int edgesMax) {
    Set<UUID> oldEdges = new HashSet<>();
    for (LineageEdge edge : edges()) {
      Instant last = edge.ended().orElseGet(() -> lastSeen(edge));
      if (last.isBefore(cutoff)) {
        oldEdges.add(edge.id());
      }
    }
    int excess = edgeCount() - oldEdges.size() - edgesMax;
    if (excess > 0) {
      edges().stream()
          .filter(edge -> edge.ended().isPresent() && !oldEdges.contains(edge.id()))
          .sorted(Comparator.comparing(edge -> edge.ended().orElseThrow()))
          .limit(excess)
          .forEach(edge -> oldEdges.add(edge.id()));
    }
    Set<UUID> usedRuns = new HashSet<>();
    Set<UUID> usedJobs = new HashSet<>();
    Set<UUID> usedDatasets = new HashSet<>();
    for (LineageEdge edge : edges()) {
      if (!oldEdges.contains(edge.id())) {
        edge.run().ifPresent(usedRuns::add);
        usedJobs.add(edge.key().job());
        usedDatasets.add(edge.key().source());
        edge.key().target().ifPresent(usedDatasets::add);
      }
    }
    Set<UUID> oldRuns = new HashSet<>();
    List<LineageRun> past =
        runs().stream()
            .filter(run -> !usedRuns.contains(run.id()))
            .sorted(Comparator.comparing(LineageRun::updated).reversed())
            .toList();
    for (int i = 0; i < past.size(); i++) {
      LineageRun run = past.get(i);
      if (i >= PAST_RUNS_MAX || run.updated().isBefore(cutoff)) {
        oldRuns.add(run.id());
      } else {
        usedJobs.add(run.job());
      }
    }
    return new Old(
        oldEdges,
        oldRuns,
        unused(jobs.keySet().stream(), usedJobs),
        unused(datasets.keySet().stream(), usedDatasets));
  }

  private static Set<UUID> unused(Stream<UUID> all, Set<UUID> used) {
    Set<UUID> unused = new HashSet<>();
    all.filter(id -> !used.contains(id)).forEach(unused::add);
    return unused;
  }

  LineageGraph without(Old old) {
    Edges nextEdges = edges;
    for (UUID id : old.edges()) {
      LineageEdge edge = edges.all().get(id);
      if (edge != null) {
        nextEdges = nextEdges.without(edge);
      }
    }
    PMap<UUID, PMap<UUID, LineageOutput>> nextOutputs = outputs.minusAll(old.datasets());
    for (UUID dataset : Set.copyOf(nextOutputs.keySet())) {
      PMap<UUID, LineageOutput> rest = nextOutputs.get(dataset).minusAll(old.runs());
      nextOutputs = rest.isEmpty() ? nextOutputs.minus(dataset) : nextOutputs.plus(dataset, rest);
    }
    return new LineageGraph(
        version,
        datasets.minusAll(old.datasets()),
        jobs.minusAll(old.jobs()),
        runs.minusAll(old.runs()),
        nextOutputs,
        nextEdges);
  }
}
