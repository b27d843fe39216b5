package io.millrace.gateway.platform;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/**
 * What a platform's directory looks like to other processes while one runs: its lock is held, and
 * its state file names a port. Nothing else is there.
 */
public final class FakePlatform implements AutoCloseable {
  private final PlatformLock lock;

  private FakePlatform(PlatformLock lock) {
    this.lock = lock;
  }

  /** One whose HTTP API is on a port. */
  public static FakePlatform at(Path root, int httpPort) throws Exception {
    PlatformDirectory directory = new PlatformDirectory(root);
    Files.createDirectories(root);
    PlatformLock lock = PlatformLock.tryAcquire(directory.lockFile()).orElseThrow();
    PlatformState.ofThisProcess(Instant.now(), new Ports(httpPort, 0, 0, 0))
        .asReady()
        .write(directory.stateFile());
    return new FakePlatform(lock);
  }

  @Override
  public void close() {
    lock.close();
  }
}
