package io.millrace.delta.source;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.kernel.LogTail;
import io.millrace.delta.kernel.LoggedCommit;
import io.millrace.delta.kernel.TableSnapshot;
import io.millrace.delta.source.ReadMode.Start;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.jspecify.annotations.Nullable;

/**
 * Plans splits on the job manager and hands them out, one at a time, in order.
 *
 * <p>The table is read on the context's worker; everything else happens on its coordinator thread.
 * A version is planned once: the next version to plan and the splits not handed out are one state.
 */
final class DeltaEnumerator implements SplitEnumerator<DeltaSplit, EnumeratorState> {
  /** Planning pauses while so many splits wait, so that a long history does not fill the heap. */
  private static final int PENDING_MAX = 10_000;

  private static final int COMMITS_PER_POLL = 100;

  private final SplitEnumeratorContext<DeltaSplit> context;
  private final SourceSpec spec;
  private final SplitPlanner planner;
  private final LogTail log;
  private final TreeMap<Long, DeltaSplit> pending = new TreeMap<>();
  private final Set<Integer> requesting = new LinkedHashSet<>();
  private long nextNumber;
  private long nextVersion;
  private boolean polling;

  // What the worker may see of the above.
  private volatile long published;
  private volatile int publishedPending;

  DeltaEnumerator(
      SplitEnumeratorContext<DeltaSplit> context, SourceSpec spec, EnumeratorState state) {
    this.context = requireNonNull(context, "context is null");
    this.spec = requireNonNull(spec, "spec is null");
    this.planner = new SplitPlanner(spec);
    this.log = new LogTail(spec.path());
    this.nextNumber = state.nextNumber();
    this.nextVersion = state.nextVersion();
    state.pending().forEach(split -> pending.put(split.number(), split));
  }

  /**
   * What the worker has found.
   *
   * @param from version that was the next one when it began
   * @param next version that is the next one now
   */
  private record Planned(long from, long next, List<DeltaSplit> splits) {}

  @Override
  public void start() {
    if (nextVersion == EnumeratorState.NOTHING_PLANNED) {
      context.callAsync(this::begin, this::accept);
    } else {
      goOn();
    }
  }

  private Planned begin() {
    if (spec.mode() instanceof ReadMode.Snapshot snapshot) {
      TableSnapshot table = TableSnapshot.at(spec.path(), snapshot.version());
      return begun(planner.rowsOf(table), Long.MAX_VALUE);
    }
    Start start =
        spec.mode() instanceof ReadMode.Tail tail
            ? tail.start()
            : ((ReadMode.Changes) spec.mode()).start();
    if (start instanceof Start.Version version) {
      return begun(List.of(), version.version());
    }
    TableSnapshot table = TableSnapshot.latest(spec.path());
    new SchemaGuard(spec).check(table.version(), table.fields());
    return begun(planner.rowsOf(table), table.version() + 1);
  }

  private static Planned begun(List<DeltaSplit> splits, long next) {
    return new Planned(EnumeratorState.NOTHING_PLANNED, next, splits);
  }

  private void accept(@Nullable Planned planned, @Nullable Throwable failure) {
    if (failure != null) {
      throw ReadFailures.unlessCurable(failure);
    }
    if (planned != null && planned.from() == nextVersion) {
      nextVersion = planned.next();
      for (DeltaSplit split : planned.splits()) {
        pending.put(nextNumber, split.withNumber(nextNumber));
        nextNumber++;
      }
    }
    goOn();
  }

  private void goOn() {
    assign();
    if (!done() && !polling) {
      polling = true;
      context.callAsync(this::poll, this::accept, 0, Math.max(1, spec.pollInterval().toMillis()));
    }
  }

  /** True if every version that will ever be read is planned. */
  private boolean done() {
    return nextVersion > lastVersion();
  }

  private long lastVersion() {
    return spec.mode() instanceof ReadMode.Changes changes
        ? changes.last() == Long.MAX_VALUE ? Long.MAX_VALUE - 1 : changes.last()
        : spec.mode() instanceof ReadMode.Tail ? Long.MAX_VALUE - 1 : 0;
  }

  /** On the worker: only reads what the coordinator has published before it scheduled the call. */
  private Planned poll() {
    long from = published;
    long version = from;
    List<DeltaSplit> splits = new ArrayList<>();
    while (version <= lastVersion()
        && version < from + COMMITS_PER_POLL
        && publishedPending + splits.size() < PENDING_MAX) {
      Optional<LoggedCommit> commit = log.read(version);
      if (commit.isEmpty()) {
        break;
      }
      splits.addAll(planner.changesOf(commit.get()));
      version++;
    }
    return new Planned(from, version, splits);
  }

  private void assign() {
    var readers = requesting.iterator();
    while (readers.hasNext() && !pending.isEmpty()) {
      int reader = readers.next();
      if (!context.registeredReaders().containsKey(reader)) {
        readers.remove();
        continue;
      }
      if (spec.ordered() && reader != 0) {
        continue;
      }
      readers.remove();
      context.assignSplit(pending.pollFirstEntry().getValue(), reader);
    }
    boolean planned = nextVersion != EnumeratorState.NOTHING_PLANNED;
    if (planned && done() && spec.mode().bounded()) {
      for (int reader : List.copyOf(requesting)) {
        if (pending.isEmpty() || (spec.ordered() && reader != 0)) {
          requesting.remove(reader);
          context.signalNoMoreSplits(reader);
        }
      }
    }
    published = nextVersion;
    publishedPending = pending.size();
  }

  @Override
  public void handleSplitRequest(int reader, @Nullable String host) {
    requesting.add(reader);
    assign();
  }

  @Override
  public void addSplitsBack(List<DeltaSplit> splits, int reader) {
    splits.forEach(split -> pending.put(split.number(), split));
    assign();
  }

  /** A reader asks when it is ready. */
  @Override
  public void addReader(int reader) {}

  @Override
  public EnumeratorState snapshotState(long checkpointId) {
    return new EnumeratorState(List.copyOf(pending.values()), nextNumber, nextVersion);
  }

  @Override
  public void close() {}
}
