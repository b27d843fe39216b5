package io.millrace.catalog.server.store;

import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.state.ExampleCatalog;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.UUID;

/**
 * Makes tables for ever, each with a grant in the same transaction, and says {@code made NAME} of
 * each when the store says that it is there. Arguments: the catalog's directory, where to begin to
 * count; none to count is to open the catalog and wait.
 */
final class WritingProcess {
  private WritingProcess() {}

  public static void main(String[] arguments) throws Exception {
    try (MetadataStore store =
        MetadataStore.open(StoreSettings.embedded(Path.of(arguments[0])), Clock.systemUTC())) {
      System.out.println("open");
      if (arguments.length < 2) {
        Thread.currentThread().join();
      }
      UUID schema =
          store.state().find(SecurableType.SCHEMA, List.of("main", "sales")).orElseThrow().id();
      UUID root = store.state().metastore().owner();
      for (int i = Integer.parseInt(arguments[1]); ; i++) {
        String name = "t" + i;
        store.write(
            tx -> {
              ExampleCatalog example = new ExampleCatalog(tx::apply);
              UUID table = example.table(schema, name, "file:///" + name);
              example.grant(table, root, Privilege.SELECT);
              return table;
            });
        System.out.println("made " + name);
      }
    }
  }
}
