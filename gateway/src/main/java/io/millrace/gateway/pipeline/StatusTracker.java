package io.millrace.gateway.pipeline;

import io.millrace.catalog.MillraceException;
import io.millrace.gateway.status.PipelineStatus;
import io.millrace.gateway.status.PipelineStatus.Balance;
import io.millrace.gateway.status.PipelineStatus.ExpectationStatus;
import io.millrace.gateway.status.PipelineStatus.Failure;
import io.millrace.gateway.status.PipelineStatus.Freshness;
import io.millrace.gateway.status.PipelineStatus.State;
import io.millrace.gateway.status.PipelineStatus.TableStatus;
import io.millrace.gateway.status.RowPath;
import io.millrace.jobs.operators.AccountedOperator;
import io.millrace.jobs.operators.CheckOperator;
import io.millrace.jobs.pipeline.EpochRecord;
import io.millrace.jobs.pipeline.PipelineRun;
import io.millrace.jobs.plan.PlanNode;
import io.millrace.jobs.plan.TableWrite;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Follows a run through its registry and says how it is doing. For one thread.
 *
 * <p>Freshness is taken at each commit: the newest record that it shows is {@code committed −
 * latest record time} old, the oldest one came right after the commit before. The percentiles are
 * those of the records between the two, which are taken to have come evenly.
 */
final class StatusTracker {
  private static final int COMMITS_KEPT = 120;
  private static final Duration RATE_WINDOW = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration LAG_TIMEOUT = Duration.ofSeconds(2);

  /** Two commits in a row, as far as freshness and rates go. */
  private record Commit(EpochRecord epoch, long oldestMillis, long newestMillis, long records) {}

  private final PipelineRun run;
  private final Instant startedAt = Instant.now();
  private final Duration checkpointInterval;
  private final Deque<Commit> commits = new ArrayDeque<>();
  private @Nullable EpochRecord last;
  private long lag;
  private long lastCommitNanos = System.nanoTime();

  StatusTracker(PipelineRun run) {
    this.run = run;
    this.checkpointInterval = run.checkpointInterval();
    this.last = run.registry().latest().orElse(null);
  }

  /** How a run is that has not ended. */
  PipelineStatus running() throws InterruptedException {
    run.registry().latest().ifPresent(this::follow);
    long silent = System.nanoTime() - lastCommitNanos;
    // A run that commits is well; the question costs Flink some work.
    if (silent > PATIENCE.toNanos() + 2 * checkpointInterval.toNanos()) {
      Optional<MillraceException> trouble = run.trouble();
      if (trouble.isPresent()) {
        return status(State.RETRYING, trouble.get());
      }
    }
    return status(State.RUNNING, null);
  }

  /** How the run is, or was when it ended. */
  PipelineStatus status(State state, @Nullable MillraceException failure) {
    run.registry().latest().ifPresent(this::follow);
    if (state == State.RUNNING || state == State.FINISHED) {
      try {
        lag = run.lag(LAG_TIMEOUT);
      } catch (MillraceException e) {
        // The brokers do not answer now: the number before is the best there is.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    EpochRecord epoch = last;
    return new PipelineStatus(
        run.plan().pipeline(),
        state,
        ProcessHandle.current().pid(),
        startedAt,
        Instant.now(),
        epoch == null ? 0 : epoch.checkpointId(),
        checkpointInterval,
        lag,
        epoch == null ? null : balance(epoch),
        tables(epoch),
        expectations(epoch),
        failure == null ? null : new Failure(failure.code().name(), failure.problem()));
  }

  private void follow(EpochRecord epoch) {
    EpochRecord before = last;
    if (before != null && before.checkpointId() == epoch.checkpointId()) {
      return;
    }
    long records = records(epoch) - (before == null ? 0 : records(before));
    if (records > 0) {
      long newest = epoch.committedMillis() - epoch.maxTimestampMillis();
      long since =
          before == null || before.maxTimestampMillis() == Long.MIN_VALUE
              ? epoch.maxTimestampMillis()
              : Math.min(before.maxTimestampMillis(), epoch.maxTimestampMillis());
      commits.addLast(new Commit(epoch, epoch.committedMillis() - since, newest, records));
      if (commits.size() > COMMITS_KEPT) {
        commits.removeFirst();
      }
    }
    last = epoch;
    lastCommitNanos = System.nanoTime();
  }

  private static long records(EpochRecord epoch) {
    return epoch.counts().entrySet().stream()
        .filter(entry -> entry.getKey().startsWith("read "))
        .mapToLong(entry -> entry.getValue().getOrDefault(AccountedOperator.IN, 0L))
        .sum();
  }

  private List<TableStatus> tables(@Nullable EpochRecord epoch) {
    List<TableStatus> tables = new ArrayList<>();
    Freshness freshness = freshness();
    for (TableWrite write : run.plan().tables()) {
      tables.add(
          table(
              write.table(),
              write.key().isEmpty() ? (isRaw(write.input()) ? "bronze" : "silver") : "gold",
              epoch,
              freshness,
              epoch == null || !write.key().isEmpty() ? null : RowPath.balance(write, epoch)));
    }
    for (String quarantine : run.plan().quarantineTables()) {
      tables.add(table(quarantine, "quarantine", epoch, null, null));
    }
    return tables;
  }

  /** Bronze is what comes before any parsing. */
  private static boolean isRaw(PlanNode node) {
    return RowPath.of(node).stream().noneMatch(step -> step instanceof PlanNode.ParseJson);
  }

  private TableStatus table(
      String table,
      String layer,
      @Nullable EpochRecord epoch,
      @Nullable Freshness freshness,
      @Nullable Balance balance) {
    long written = epoch == null ? 0 : written(table, epoch);
    return new TableStatus(
        table,
        layer,
        epoch == null ? -1 : epoch.versions().getOrDefault(table, -1L),
        epoch == null ? 0 : written - epoch.count(table, "superseded"),
        rate(table, written),
        freshness,
        epoch == null ? 0 : epoch.count(table, "files"),
        epoch == null ? 0 : epoch.count(table, "bytes"),
        balance);
  }

  private static long written(String table, EpochRecord epoch) {
    return epoch.count(table, "rows");
  }

  /** Rows written a second, over the last few seconds; a row that replaces another counts too. */
  private double rate(String table, long written) {
    if (commits.size() < 2) {
      return 0;
    }
    EpochRecord now = commits.getLast().epoch();
    EpochRecord then = commits.getFirst().epoch();
    for (Commit commit : commits) {
      if (commit.epoch().committedMillis() <= now.committedMillis() - RATE_WINDOW.toMillis()) {
        then = commit.epoch();
      }
    }
    long millis = now.committedMillis() - then.committedMillis();
    boolean idle =
        System.currentTimeMillis() - now.committedMillis()
            > RATE_WINDOW.toMillis() + 2 * checkpointInterval.toMillis();
    return millis <= 0 || idle ? 0 : (written - written(table, then)) * 1000.0 / millis;
  }

  private @Nullable Freshness freshness() {
    if (commits.isEmpty()) {
      return null;
    }
    long[] ages = new long[commits.size() * 100];
    int n = 0;
    for (Commit commit : commits) {
      for (int i = 0; i < 100; i++) {
        ages[n++] =
            commit.newestMillis() + (commit.oldestMillis() - commit.newestMillis()) * i / 99;
      }
    }
    Arrays.sort(ages);
    return new Freshness(
        ages[ages.length / 2], ages[(int) (ages.length * 0.99)], commits.getLast().newestMillis());
  }

  /** Of the last table that only grows: where the rows of the source have come to. */
  private @Nullable Balance balance(EpochRecord epoch) {
    Balance balance = null;
    for (TableWrite write : run.plan().tables()) {
      if (write.key().isEmpty()) {
        balance = RowPath.balance(write, epoch);
      }
    }
    return balance;
  }

  private List<ExpectationStatus> expectations(@Nullable EpochRecord epoch) {
    List<ExpectationStatus> expectations = new ArrayList<>();
    for (PlanNode node : run.plan().nodes()) {
      if (node instanceof PlanNode.Check check) {
        for (CheckOperator.Rule rule : check.rules()) {
          String name = rule.expectation().name();
          expectations.add(
              new ExpectationStatus(
                  RowPath.guarded(run.plan(), check),
                  name,
                  rule.expectation().action().name().toLowerCase(Locale.ROOT),
                  epoch == null ? 0 : epoch.count(check.name(), "passed." + name),
                  epoch == null ? 0 : epoch.count(check.name(), "failed." + name)));
        }
      }
    }
    return expectations;
  }
}
