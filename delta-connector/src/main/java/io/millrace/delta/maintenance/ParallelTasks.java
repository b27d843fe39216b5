package io.millrace.delta.maintenance;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Runs tasks on some threads; when one fails, the others are asked to give up. */
final class ParallelTasks {
  private final int threads;
  private final AtomicBoolean stopped = new AtomicBoolean();

  ParallelTasks(int threads) {
    this.threads = threads;
  }

  /**
   * How many threads there is work and memory for.
   *
   * @param wanted 0 for as many as there are processors
   * @param threadBytes what one needs of the heap, of which half may be taken
   */
  static int threads(int tasks, int wanted, long threadBytes) {
    long byMemory = Math.max(1, Runtime.getRuntime().maxMemory() / 2 / threadBytes);
    int processors = wanted > 0 ? wanted : Runtime.getRuntime().availableProcessors();
    return (int) Math.max(1, Math.min(Math.min(tasks, processors), byMemory));
  }

  /** True once a task has failed: who is at work then gives up. */
  boolean stopped() {
    return stopped.get();
  }

  /** For tasks that ask now and then whether to go on. */
  void requireRunning() {
    if (stopped.get()) {
      throw new CancellationException("another part could not be rewritten");
    }
  }

  /**
   * Runs all.
   *
   * @param discard called with each result if there is a failure
   * @return in the order of the tasks
   */
  <T> List<T> run(List<Callable<T>> tasks, Consumer<T> discard) {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<T>> futures = new ArrayList<>(tasks.size());
      for (Callable<T> task : tasks) {
        futures.add(pool.submit(() -> run(task)));
      }
      return await(futures, discard);
    } finally {
      pool.shutdownNow();
    }
  }

  private <T> T run(Callable<T> task) throws Exception {
    requireRunning();
    boolean done = false;
    try {
      T result = task.call();
      done = true;
      return result;
    } finally {
      if (!done) {
        stopped.set(true);
      }
    }
  }

  private <T> List<T> await(List<Future<T>> futures, Consumer<T> discard) {
    List<T> results = new ArrayList<>(futures.size());
    Throwable failure = null;
    for (Future<T> future : futures) {
      try {
        results.add(future.get());
      } catch (ExecutionException e) {
        if (failure == null || failure instanceof CancellationException) {
          failure = e.getCause();
        }
      } catch (InterruptedException e) {
        stopped.set(true);
        Thread.currentThread().interrupt();
        failure = new CancellationException("interrupted");
        break;
      }
    }
    if (failure == null) {
      return results;
    }
    results.forEach(discard);
    if (failure instanceof Error error) {
      throw error;
    }
    throw failure instanceof RuntimeException known ? known : new IllegalStateException(failure);
  }
}
