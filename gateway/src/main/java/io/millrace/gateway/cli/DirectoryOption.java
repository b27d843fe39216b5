package io.millrace.gateway.cli;

import io.millrace.gateway.platform.PlatformDirectory;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --dir}: which platform. */
final class DirectoryOption {
  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "The platform's directory (default: ~/.millrace).")
  private @Nullable Path directory;

  PlatformDirectory directory() {
    return directory == null ? PlatformDirectory.ofUser() : new PlatformDirectory(directory);
  }
}
