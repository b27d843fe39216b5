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
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was acknowledged is there, whenever the process is killed. */
class TestKilledWriter {
  private static final int KILLS = Integer.getInteger("millrace.killed.catalogs", 20);
  private static final int WRITES_LEAST = 20;
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
    int acknowledged = 0;
    int next = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      Set<String> made = new LinkedHashSet<>();
      try (ChildJvm child =
          ChildJvm.start(
              WritingProcess.class, settings().directory().toString(), String.valueOf(next))) {
        assertThat(child.hear()).isEqualTo("open");
        int writes = WRITES_LEAST + random.nextInt(WRITES_MOST - WRITES_LEAST);
        for (int i = 0; i < writes; i++) {
          made.add(child.hear().substring("made ".length()));
        }
        // It goes on meanwhile, and is somewhere in a later write.
        LockSupport.parkNanos(random.nextLong(NANOS_MOST));
        child.kill().forEach(line -> made.add(line.substring("made ".length())));
      }
      next = check(made, next, kill);
      acknowledged += made.size();
    }
    // A thousand, of twenty kills.
    assertThat(acknowledged).isGreaterThanOrEqualTo(KILLS * WRITES_MOST / 2);
    everyPageIsWhole();
  }

  /**
   * Looks for what this life of the process has made, and that what was there before still is.
   *
   * @param before how many tables there were before it
   * @return how many there are now
   */
  private int check(Set<String> made, int before, int kill) {
    try (MetadataStore store = MetadataStore.open(settings(), Clock.systemUTC())) {
      UUID schema =
          store.state().find(SecurableType.SCHEMA, List.of("main", "sales")).orElseThrow().id();
      for (String name : made) {
        Optional<Securable> found = store.state().find(schema, SecurableType.TABLE, name);
        assertThat(found).as("%s after kill %d", name, kill).isPresent();
        assertThat(
                store.state().granted(found.orElseThrow().id(), store.state().metastore().owner()))
            .containsExactly(Privilege.SELECT);
      }
      // Tables are numbered without gaps: as many as before are those of before. One that was made
      // and not acknowledged may be there, as a whole.
      int tables = (int) store.state().children(schema, SecurableType.TABLE, "").count();
      assertThat(tables).isBetween(before + made.size(), before + made.size() + 1);
      assertThat(store.state().find(schema, SecurableType.TABLE, "t" + (tables - 1)).isPresent())
          .isEqualTo(tables > 0);
      assertThat(store.state().version()).isEqualTo(tables + 1);
      return tables;
    }
  }

  private void everyPageIsWhole() {
    try (Database database = Database.open(settings())) {
      List<String> told =
          database.read(
              handle -> handle.createQuery("PRAGMA integrity_check").mapTo(String.class).list());
      assertThat(told).containsExactly("ok");
    }
  }
}
