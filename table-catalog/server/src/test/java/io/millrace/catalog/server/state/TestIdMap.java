package io.millrace.catalog.server.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TestIdMap {

  /** Ids as {@link UUID#randomUUID} makes them, and such as differ in a few bits only. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyMapKeepsWhatItHeldWhenItWasMade(boolean scattered) {
    Random random = new Random(20_261_129);
    List<UUID> ids = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      ids.add(
          scattered
              ? new UUID(random.nextLong(), random.nextLong())
              : new UUID((long) (i % 60) << 40, (long) (i / 60) << 50));
    }
    IdMap<Integer> map = IdMap.empty();
    Map<UUID, Integer> expected = new HashMap<>();
    List<IdMap<Integer>> maps = new ArrayList<>();
    List<Map<UUID, Integer>> then = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      UUID id = ids.get(random.nextInt(ids.size()));
      boolean out = random.nextInt(100) < (i < 12_000 ? 20 : 70);
      map = out ? map.minus(id) : map.plus(id, i);
      if (out) {
        expected.remove(id);
      } else {
        expected.put(id, i);
      }
      if (i % 1_000 == 0) {
        maps.add(map);
        then.add(Map.copyOf(expected));
      }
    }
    maps.add(map);
    then.add(expected);
    for (int i = 0; i < maps.size(); i++) {
      IdMap<Integer> one = maps.get(i);
      Map<UUID, Integer> held = then.get(i);
      assertThat(one.size()).isEqualTo(held.size());
      assertThat(one.values()).containsExactlyInAnyOrderElementsOf(held.values());
      for (UUID id : ids) {
        assertThat(one.get(id)).isEqualTo(held.get(id));
        assertThat(one.containsKey(id)).isEqualTo(held.containsKey(id));
      }
    }
  }
}
