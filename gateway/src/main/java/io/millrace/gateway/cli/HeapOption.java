package io.millrace.gateway.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code --heap}: the launcher has acted on it; here it is only checked. */
final class HeapOption {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  private @Nullable String heap;

  @Option(
      names = "--heap",
      paramLabel = "SIZE",
      description = "Java heap of the process, like 1500m or 4g.")
  void heap(String size) {
    if (!size.matches("[0-9]+[kKmMgG]") && spec != null) {
      throw new ParameterException(
          spec.commandLine(),
          "Invalid value for option '--heap': '" + size + "' is no size like 1500m or 4g");
    }
    heap = size;
  }

  /** The same heap for another process. */
  List<String> arguments() {
    return heap == null ? List.of() : List.of("--heap=" + heap);
  }
}
