package io.millrace.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A disk in memory that can be filled to the last byte. A test that wants one is left out where
 * this user may not mount.
 */
public final class SmallDisk implements AutoCloseable {
  private final Path folder;
  private final Path filler;

  private SmallDisk(Path folder) {
    this.folder = folder;
    this.filler = folder.resolve("filler");
  }

  /**
   * Mounts one.
   *
   * @param folder made here; must not exist
   */
  public static SmallDisk mount(Path folder, int megabytes) throws Exception {
    Files.createDirectory(folder);
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", folder.toString()),
        "mounting needs more rights");
    return new SmallDisk(folder);
  }

  public Path folder() {
    return folder;
  }

  /** Takes all the room but this much. */
  public void fill(int kilobytesLeft) throws IOException {
    byte[] kilobyte = new byte[1024];
    try (OutputStream out = Files.newOutputStream(filler)) {
      while (folder.toFile().getUsableSpace() > kilobytesLeft * 1024L) {
        out.write(kilobyte);
      }
    }
  }

  /** Gives back what {@link #fill} took. */
  public void free() throws IOException {
    Files.delete(filler);
  }

  /** Takes the disk away, also from programs that still hold files on it. */
  @Override
  public void close() throws Exception {
    assertThat(run("umount", "--lazy", folder.toString())).as("unmounted").isTrue();
  }

  private static boolean run(String... command) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false; // there is no such program here
    }
  }
}
