package io.millrace.delta.row;

import static java.util.Objects.requireNonNull;

import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;

/**
 * Type of a stream whose rows travel by {@link FlatRowSerializer}: it accepts any {@link RowData}
 * of the row type and hands out {@link FlatRow}s.
 */
public final class FlatRowTypeInfo extends TypeInformation<RowData>
    implements ResultTypeQueryable<RowData> {
  private static final long serialVersionUID = 1;

  private final RowType rowType;

  public FlatRowTypeInfo(RowType rowType) {
    this.rowType = requireNonNull(rowType, "rowType is null");
  }

  public RowType rowType() {
    return rowType;
  }

  @Override
  public TypeInformation<RowData> getProducedType() {
    return this;
  }

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
    return rowType.getFieldCount();
  }

  @Override
  public int getTotalFields() {
    return rowType.getFieldCount();
  }

  @Override
  public Class<RowData> getTypeClass() {
    return RowData.class;
  }

  @Override
  public boolean isKeyType() {
    return false;
  }

  @Override
  public FlatRowSerializer createSerializer(SerializerConfig config) {
    return new FlatRowSerializer(rowType);
  }

  @Override
  public String toString() {
    return rowType.asSummaryString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FlatRowTypeInfo that && rowType.equals(that.rowType);
  }

  @Override
  public int hashCode() {
    return rowType.hashCode();
  }

  @Override
  public boolean canEqual(Object other) {
    return other instanceof FlatRowTypeInfo;
  }
}
