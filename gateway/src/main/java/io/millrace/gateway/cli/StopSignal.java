package io.millrace.gateway.cli;

import io.millrace.gateway.pipeline.StopRequest;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import sun.misc.Signal;

/**
 * Turns SIGTERM, SIGINT and SIGHUP into a request to stop, so that the command itself stops cleanly
 * and ends with its own exit code. A second SIGINT or SIGTERM ends the process at once: everything
 * on disk survives that.
 */
public final class StopSignal implements StopRequest {
  /** Ended by Ctrl-C. */
  public static final int INTERRUPTED = 130;

  private static final String DETACHED_VARIABLE = "MILLRACE_DETACHED";

  private final CountDownLatch asked = new CountDownLatch(1);
  private final AtomicInteger exitCode = new AtomicInteger();

  private StopSignal() {}

  /** Once in a process. */
  public static StopSignal install() {
    StopSignal stop = new StopSignal();
    boolean detached = System.getenv(DETACHED_VARIABLE) != null;
    Signal.handle(new Signal("TERM"), signal -> stop.ask(0));
    // A detached process shares the terminal of the shell that started it: its keys and its end
    // are not meant for us.
    Signal.handle(new Signal("INT"), signal -> stop.ask(detached ? -1 : INTERRUPTED));
    Signal.handle(new Signal("HUP"), signal -> stop.ask(detached ? -1 : 0));
    return stop;
  }

  private void ask(int code) {
    if (code < 0) {
      return;
    }
    if (asked.getCount() == 0) {
      Runtime.getRuntime().halt(INTERRUPTED);
    }
    exitCode.set(code);
    asked.countDown();
  }

  @Override
  public boolean asked() {
    return asked.getCount() == 0;
  }

  @Override
  public boolean await(Duration timeout) throws InterruptedException {
    return asked.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** What a command that stopped because it was asked ends with: 0 for SIGTERM, 130 for Ctrl-C. */
  public int exitCode() {
    return exitCode.get();
  }
}
