package io.millrace.catalog.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.state.ExampleCatalog;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was acknowledged is there, whenever the process is killed. */
class TestKilledWriter {
  private static final int KILLS = Integer.getInteger("millrace.killed.catalogs", 20);
  private static final int WRITES_MOST = 100;
  private static final long NANOS_MOST = 20_000_000;

  @TempDir Path directory;

  private StoreSettings settings() {
    return StoreSettings.embedded(directory.resolve("catalog"));
  }

  @Test
  void everyAcknowledgedWriteIsThereAfterAKill() throws Exception {
    try (MetadataStore store = MetadataStore.open(settings(), Clock.systemUTC())) {
      store.write(
          tx -> {
            ExampleCatalog example = new ExampleCatalog(tx::apply);
            example.metastore();
            return example.schema(example.catalog("main"), "sales");
          });
    }
    Random random = new Random(20_261_129);
    Set<String> acknowledged = new LinkedHashSet<>();
    int next = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      try (ChildJvm child =
          ChildJvm.start(
              WritingProcess.class, settings().directory().toString(), String.valueOf(next))) {
        assertThat(child.hear()).isEqualTo("open");
        int writes = random.nextInt(WRITES_MOST);
        for (int i = 0; i < writes; i++) {
          acknowledged.add(child.hear().substring("made ".length()));
        }
        // It goes on meanwhile, and is somewhere in a later write.
        LockSupport.parkNanos(random.nextLong(NANOS_MOST));
        child.kill().forEach(line -> acknowledged.add(line.substring("made ".length())));
      }
      next = check(acknowledged, kill);
    }
    assertThat(acknowledged.size()).isGreaterThan(KILLS * WRITES_MOST / 4);
  }

  /** Looks for all of them, and returns the number after the last table. */
  private int check(Set<String> acknowledged, int kill) {
    try (MetadataStore store = MetadataStore.open(settings(), Clock.systemUTC())) {
      for (String name : acknowledged) {
        Optional<Securable> found =
            store.state().find(SecurableType.TABLE, List.of("main", "sales", name));
        assertThat(found).as("%s after kill %d", name, kill).isPresent();
        assertThat(
                store.state().granted(found.orElseThrow().id(), store.state().metastore().owner()))
            .containsExactly(Privilege.SELECT);
      }
      long tables = store.state().all().filter(one -> one.type() == SecurableType.TABLE).count();
      // One that was made and not acknowledged may be there for each kill, as a whole.
      assertThat(tables).isBetween((long) acknowledged.size(), acknowledged.size() + kill + 1L);
      assertThat(store.state().version()).isEqualTo(tables + 1);
      return (int) tables;
    }
  }
}
