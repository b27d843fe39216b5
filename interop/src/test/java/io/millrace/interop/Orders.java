package io.millrace.interop;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** Order events with all that the pipeline must sort out, and what its tables must hold then. */
final class Orders {
  private static final String[] REGIONS = {"eu-west", "us-east", "ap-south", "sa-east"};

  private final SplittableRandom random;
  private final List<byte[]> events = new ArrayList<>();
  private final Set<Long> known = new HashSet<>();
  private final Map<String, BigDecimal[]> perMinute = new HashMap<>();
  private final Map<Long, BigDecimal[]> perCustomer = new HashMap<>();
  private long malformed;

  Orders(long seed) {
    random = new SplittableRandom(seed);
  }

  /** The next so many events. */
  List<byte[]> next(int count) {
    List<byte[]> made = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int kind = random.nextInt(100);
      if (kind == 0 && !events.isEmpty()) {
        made.add(events.get(random.nextInt(events.size())));
        if (isBroken(made.get(made.size() - 1))) {
          malformed++;
        }
        events.add(made.get(made.size() - 1));
        continue;
      }
      long id = 1_000_000_000L + events.size();
      long customer = random.nextLong(1, 500);
      String region = REGIONS[random.nextInt(REGIONS.length)];
      BigDecimal amount =
          BigDecimal.valueOf(kind == 2 ? -random.nextInt(100) : random.nextInt(1, 200_000), 2);
      long millis = 1_767_225_600_000L + events.size() * 20L;
      String json =
          ("{\"order_id\":%s,\"customer_id\":%d,\"product_id\":%d,\"region\":\"%s\","
                  + "\"currency\":\"EUR\",\"amount\":%s,\"status\":\"paid\",\"channel\":\"web\","
                  + "\"ts\":\"%s\",\"note\":\"gift \\u00e9 wrap\"}")
              .formatted(
                  kind == 1 ? "null" : Long.toString(id),
                  customer,
                  random.nextInt(1, 10_000),
                  region,
                  amount.toPlainString(),
                  iso(millis));
      byte[] value = json.getBytes(StandardCharsets.UTF_8);
      if (kind == 3) {
        value = Arrays.copyOf(value, 20 + random.nextInt(100));
        malformed++;
      } else if (kind != 1 && kind != 2 && known.add(id)) {
        add(perMinute, region + "|" + millis / 60_000 * 60_000, amount);
        add(perCustomer, customer, amount);
      }
      events.add(value);
      made.add(value);
    }
    return made;
  }

  private static boolean isBroken(byte[] event) {
    return event[event.length - 1] != '}';
  }

  private static String iso(long millis) {
    String text = Instant.ofEpochMilli(millis).toString();
    return text.length() == 20 ? text.substring(0, 19) + ".000Z" : text;
  }

  private static <K> void add(Map<K, BigDecimal[]> totals, K key, BigDecimal amount) {
    BigDecimal[] total =
        totals.computeIfAbsent(key, k -> new BigDecimal[] {BigDecimal.ZERO, BigDecimal.ZERO});
    total[0] = total[0].add(BigDecimal.ONE);
    total[1] = total[1].add(amount);
  }

  long count() {
    return events.size();
  }

  List<byte[]> events() {
    return events;
  }

  long malformed() {
    return malformed;
  }

  Set<Long> silver() {
    return known;
  }

  /** Region and minute in milliseconds, joined by a bar, to orders and revenue. */
  Map<String, BigDecimal[]> perMinute() {
    return perMinute;
  }

  Map<Long, BigDecimal[]> perCustomer() {
    return perCustomer;
  }
}
