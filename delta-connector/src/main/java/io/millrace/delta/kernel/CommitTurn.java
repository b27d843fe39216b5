package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.IntStream;

/**
 * Lets nobody lose again and again. A log entry is put where none is, so that of several writers
 * one wins; who plans longest would lose to others that never pause. Whoever has lost twice takes
 * the turn: until it is done, the other writers of this process wait before they plan.
 *
 * <p>A courtesy, by which nothing is decided: writers of other processes know nothing of it, and
 * nobody waits for longer than {@link #PATIENCE_SECONDS}. One is for one commit, and its thread.
 */
public final class CommitTurn implements AutoCloseable {
  private static final int LOST_MAX = 2;
  private static final long PATIENCE_SECONDS = 10;

  /** Of tables that share one, some wait for nothing now and then. */
  private static final ReentrantReadWriteLock[] TURNS =
      IntStream.range(0, 64)
          .mapToObj(i -> new ReentrantReadWriteLock(true))
          .toArray(ReentrantReadWriteLock[]::new);

  private final ReentrantReadWriteLock turn;
  private boolean taken;

  private CommitTurn(ReentrantReadWriteLock turn) {
    this.turn = turn;
  }

  /** For a commit to a table. */
  public static CommitTurn at(String tablePath) {
    int hash = requireNonNull(tablePath, "tablePath is null").hashCode();
    return new CommitTurn(TURNS[Math.floorMod(hash ^ (hash >>> 16), TURNS.length)]);
  }

  /**
   * Called before each attempt, ahead of reading what there is now: waits for who has the turn, and
   * takes it after losses.
   *
   * @param attempt 1 for the first
   */
  public void before(int attempt) {
    if (taken) {
      return;
    }
    boolean takes = attempt > LOST_MAX;
    Lock wanted = takes ? turn.writeLock() : turn.readLock();
    try {
      if (wanted.tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        if (takes) {
          taken = true;
        } else {
          wanted.unlock();
        }
      }
    } catch (InterruptedException e) {
      // Whoever interrupts is told by what the attempt does next.
      Thread.currentThread().interrupt();
    }
  }

  /** Gives the turn back, if it was taken. */
  @Override
  public void close() {
    if (taken) {
      taken = false;
      turn.writeLock().unlock();
    }
  }
}
