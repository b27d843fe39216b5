package io.millrace.delta.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every commit store must do; one subclass per store, none of which may skip a test. */
abstract class CommitStoreContract {
  private static final int WRITERS = 4;
  private static final int VERSIONS = 500;
  private static final int BIG_ENTRY_BYTES = 4 << 20;

  /** A fresh store over the same storage, as another process would open it. */
  protected abstract CommitStore open() throws Exception;

  /** Names in the log that a reader of tables would take for entries. */
  protected abstract List<String> visibleNames() throws Exception;

  @Test
  void anEntryIsReadAsItWasWritten() throws Exception {
    byte[] entry = "{\"commitInfo\":{}}\n".getBytes(UTF_8);

    assertThat(open().putIfAbsent(0, entry)).isTrue();

    assertThat(open().read(0)).hasValue(entry);
    assertThat(visibleNames()).containsExactly("00000000000000000000.json");
  }

  @Test
  void anEntryThatIsNotThereIsEmpty() throws Exception {
    assertThat(open().read(7)).isEmpty();
  }

  @Test
  void theFirstEntryStays() throws Exception {
    assertThat(open().putIfAbsent(3, new byte[] {1})).isTrue();

    assertThat(open().putIfAbsent(3, new byte[] {2})).isFalse();

    assertThat(open().read(3)).hasValue(new byte[] {1});
  }

  @Test
  void oneWriterWinsEachVersion() throws Exception {
    ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
    try {
      CyclicBarrier start = new CyclicBarrier(WRITERS);
      for (long version = 0; version < VERSIONS; version++) {
        long entry = version;
        List<Callable<Boolean>> attempts =
            IntStream.range(0, WRITERS)
                .<Callable<Boolean>>mapToObj(
                    writer ->
                        () -> {
                          CommitStore store = open();
                          start.await();
                          return store.putIfAbsent(entry, new byte[] {(byte) writer});
                        })
                .toList();
        List<Future<Boolean>> results = writers.invokeAll(attempts);

        int winner = -1;
        int winners = 0;
        for (int i = 0; i < WRITERS; i++) {
          if (results.get(i).get()) {
            winners++;
            winner = i;
          }
        }
        assertThat(winners).as("winners of version %d", version).isEqualTo(1);
        assertThat(open().read(version)).hasValue(new byte[] {(byte) winner});
      }
    } finally {
      writers.shutdownNow();
    }
  }

  @Test
  void aReaderSeesAnEntryWhollyOrNotAtAll() throws Exception {
    byte[] entry = new byte[BIG_ENTRY_BYTES];
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService reader = Executors.newSingleThreadExecutor();
    try {
      Future<Integer> torn =
          reader.submit(
              () -> {
                int count = 0;
                CommitStore store = open();
                while (!done.get()) {
                  for (long version = 0; version < 8; version++) {
                    if (store.read(version).map(bytes -> bytes.length).orElse(entry.length)
                        != entry.length) {
                      count++;
                    }
                  }
                }
                return count;
              });
      for (long version = 0; version < 8; version++) {
        assertThat(open().putIfAbsent(version, entry)).isTrue();
      }
      done.set(true);

      assertThat(torn.get()).isZero();
    } finally {
      done.set(true);
      reader.shutdownNow();
    }
  }
}
