package io.millrace.delta.sink;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Several {@link AppendingProcess} at once, which begin together. */
final class AppendingProcesses {
  private AppendingProcesses() {}

  /** A commit, as the process that made it tells. */
  record Made(long version, long nanos) {
    static Made of(String line) {
      String[] parts = line.split(" ");
      return new Made(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
    }
  }

  /**
   * Runs them to their end.
   *
   * @param arguments further ones, for each
   * @return by process, in the order in which it made them
   */
  static List<List<Made>> run(String table, int processes, int commits, String... arguments)
      throws IOException, InterruptedException {
    List<ChildJvm> children = new ArrayList<>();
    try {
      for (int i = 0; i < processes; i++) {
        List<String> all = new ArrayList<>(List.of(table, "" + i, "" + commits));
        all.addAll(List.of(arguments));
        children.add(ChildJvm.start(AppendingProcess.class, all.toArray(String[]::new)));
      }
      for (ChildJvm child : children) {
        String said = child.hear();
        if (!said.equals("ready")) {
          throw new IOException("expected ready, heard " + said);
        }
      }
      for (ChildJvm child : children) {
        child.say("go");
      }
      List<List<Made>> made = new ArrayList<>();
      for (ChildJvm child : children) {
        made.add(child.hearUntil("done").stream().map(Made::of).toList());
        if (child.exitCode() != 0) {
          throw new IOException("a writer ended with exit code " + child.exitCode());
        }
      }
      return made;
    } finally {
      children.forEach(ChildJvm::close);
    }
  }
}
