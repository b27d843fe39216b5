package io.millrace.jobs.expression;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.types.logical.LogicalType;
import org.junit.jupiter.api.Test;

class TestTypeRules {
  private static final FlinkReference FLINK =
      new FlinkReference(SampleTable.TYPE, SampleTable.rows(1, new Random(1)));

  @Test
  void everyAggregateOfEveryTypeHasFlinksType() {
    List<String> differences = new ArrayList<>();
    int compared = 0;
    for (int i = 0; i < SampleTable.TYPE.getFieldCount(); i++) {
      String name = SampleTable.TYPE.getFieldNames().get(i);
      for (Aggregate function : Aggregate.values()) {
        for (boolean grouped : new boolean[] {true, false}) {
          Optional<LogicalType> ours =
              TypeRules.aggregate(function, SampleTable.TYPE.getTypeAt(i), grouped);
          String call = function + "(" + name + ")";
          Optional<LogicalType> theirs = theirs(call, grouped);
          compared++;
          if (!ours.equals(theirs)) {
            differences.add(call + " grouped " + grouped + ": " + theirs + " but ours " + ours);
          }
        }
      }
    }
    assertThat(differences).isEmpty();
    assertThat(compared).isGreaterThan(200);
    assertThat(theirs("COUNT(*)", true)).contains(TypeRules.count());
    assertThat(theirs("COUNT(DISTINCT s)", true)).contains(TypeRules.count());
  }

  private static Optional<LogicalType> theirs(String call, boolean grouped) {
    try {
      return Optional.of(grouped ? FLINK.groupedType(call) : FLINK.type(call));
    } catch (ValidationException e) {
      return Optional.empty();
    }
  }
}
