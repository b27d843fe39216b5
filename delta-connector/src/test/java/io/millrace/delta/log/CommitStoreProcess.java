package io.millrace.delta.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.StringJoiner;

/** A writer in a process of its own. */
final class CommitStoreProcess {
  private CommitStoreProcess() {}

  public static void main(String[] arguments) throws IOException {
    CommitStore store = new LocalCommitStore(Path.of(arguments[1]));
    if (arguments[0].equals("full")) {
      fill(store, arguments[1]);
    } else {
      compete(store, arguments[2], Long.parseLong(arguments[3]));
    }
  }

  private static void compete(CommitStore store, String who, long versions) throws IOException {
    System.out.println("ready");
    if (System.in.read() < 0) {
      throw new IOException("nobody said go");
    }
    StringJoiner won = new StringJoiner(" ");
    for (long version = 0; version < versions; version++) {
      if (store.putIfAbsent(version, who.repeat(100).getBytes(UTF_8))) {
        won.add(Long.toString(version));
      }
    }
    System.out.println(won);
  }

  private static void fill(CommitStore store, String path) {
    try {
      store.putIfAbsent(0, new byte[1 << 20]);
      System.out.println("full: false");
    } catch (IOException e) {
      System.out.println("full: " + StorageFailure.isDiskFull(e));
      System.out.println(StorageFailure.of("writing", path, e).getMessage());
    }
  }
}
