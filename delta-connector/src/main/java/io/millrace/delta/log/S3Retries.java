package io.millrace.delta.log;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How often and how soon a request is repeated: "full jitter", a random wait below a ceiling that
 * doubles (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015). Thread-safe.
 *
 * @param attemptsMax requests in all, at least 1
 * @param firstCeiling of the wait before the second request
 * @param lastCeiling of any wait
 */
record S3Retries(int attemptsMax, Duration firstCeiling, Duration lastCeiling) {
  static final S3Retries DEFAULT = new S3Retries(8, Duration.ofMillis(50), Duration.ofSeconds(4));

  S3Retries {
    if (attemptsMax < 1) {
      throw new IllegalArgumentException("attemptsMax is " + attemptsMax + ", expected at least 1");
    }
  }

  @FunctionalInterface
  interface Request<T> {
    T send() throws IOException;
  }

  /** Sends a request that may be repeated without harm. */
  <T> T send(Request<T> request) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return request.send();
      } catch (S3Failure e) {
        if (!e.isPassing() || attempt >= attemptsMax) {
          throw e;
        }
        pauseAfter(attempt);
      }
    }
  }

  /**
   * @param attempt 1 for the first request
   */
  void pauseAfter(int attempt) throws InterruptedIOException {
    long ceiling =
        Math.min(
            lastCeiling.toMillis(), firstCeiling.toMillis() << Math.min(attempt - 1, Short.SIZE));
    try {
      Thread.sleep(ThreadLocalRandom.current().nextLong(ceiling + 1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted between two requests to S3");
    }
  }
}
