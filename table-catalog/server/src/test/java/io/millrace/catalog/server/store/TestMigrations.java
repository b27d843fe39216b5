package io.millrace.catalog.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TestMigrations {

  /** One that is not in the list would not be noticed by a start. */
  @Test
  void everyScriptIsInTheList() throws Exception {
    Path folder = Path.of(Migrations.class.getResource("/io/millrace/catalog/migrations").toURI());
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()).sorted(Comparator.naturalOrder()))
          .containsExactlyElementsOf(Migrations.SCRIPTS);
    }
  }
}
