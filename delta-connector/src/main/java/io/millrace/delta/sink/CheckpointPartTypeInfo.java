package io.millrace.delta.sink;

import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** Flink's type of {@link CheckpointPart}: without it parts would go through Kryo. */
public final class CheckpointPartTypeInfo extends TypeInformation<CheckpointPart> {
  public static final CheckpointPartTypeInfo INSTANCE = new CheckpointPartTypeInfo();

  private static final long serialVersionUID = 1L;

  private CheckpointPartTypeInfo() {}

  @Override
  public boolean isBasicType() {
    return false;
  }

  @Override
  public boolean isTupleType() {
    return false;
  }

  @Override
  public int getArity() {
    return 1;
  }

  @Override
  public int getTotalFields() {
    return 1;
  }

  @Override
  public Class<CheckpointPart> getTypeClass() {
    return CheckpointPart.class;
  }

  @Override
  public boolean isKeyType() {
    return false;
  }

  @Override
  public TypeSerializer<CheckpointPart> createSerializer(SerializerConfig config) {
    return CheckpointPartSerializer.INSTANCE;
  }

  @Override
  public String toString() {
    return "CheckpointPart";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CheckpointPartTypeInfo;
  }

  @Override
  public int hashCode() {
    return CheckpointPartTypeInfo.class.hashCode();
  }

  @Override
  public boolean canEqual(Object other) {
    return other instanceof CheckpointPartTypeInfo;
  }
}
