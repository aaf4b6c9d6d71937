using System.Data.Common;

namespace Cenote.AdoNet;

// Values of a known type.
internal sealed partial class PooledDataReader
{
    public override bool GetBoolean(int ordinal) => Get<BooleanGetter, bool>(ordinal);

    public override byte GetByte(int ordinal) => Get<ByteGetter, byte>(ordinal);

    public override char GetChar(int ordinal) => Get<CharGetter, char>(ordinal);

    public override DateTime GetDateTime(int ordinal) => Get<DateTimeGetter, DateTime>(ordinal);

    public override decimal GetDecimal(int ordinal) => Get<DecimalGetter, decimal>(ordinal);

    public override double GetDouble(int ordinal) => Get<DoubleGetter, double>(ordinal);

    public override float GetFloat(int ordinal) => Get<FloatGetter, float>(ordinal);

    public override Guid GetGuid(int ordinal) => Get<GuidGetter, Guid>(ordinal);

    public override short GetInt16(int ordinal) => Get<Int16Getter, short>(ordinal);

    public override int GetInt32(int ordinal) => Get<Int32Getter, int>(ordinal);

    public override long GetInt64(int ordinal) => Get<Int64Getter, long>(ordinal);

    public override string GetString(int ordinal) => Get<StringGetter, string>(ordinal);

    public override bool IsDBNull(int ordinal) => Get<DBNullGetter, bool>(ordinal);

    /// <summary>Makes a guarded call of the driver's reader.</summary>
    private T Get<TGetter, T>(int ordinal)
        where TGetter : IColumnGetter<T>
    {
        var reader = Enter();
        try
        {
            return TGetter.Get(reader, ordinal);
        }
        catch (Exception exception) when (Failed(exception) is { } told)
        {
            throw told;
        }
        finally
        {
            Leave();
        }
    }

    private readonly struct BooleanGetter : IColumnGetter<bool>
    {
        public static bool Get(DbDataReader reader, int ordinal) => reader.GetBoolean(ordinal);
    }

    private readonly struct ByteGetter : IColumnGetter<byte>
    {
        public static byte Get(DbDataReader reader, int ordinal) => reader.GetByte(ordinal);
    }

    private readonly struct CharGetter : IColumnGetter<char>
    {
        public static char Get(DbDataReader reader, int ordinal) => reader.GetChar(ordinal);
    }

    private readonly struct DateTimeGetter : IColumnGetter<DateTime>
    {
        public static DateTime Get(DbDataReader reader, int ordinal) => reader.GetDateTime(ordinal);
    }

    private readonly struct DecimalGetter : IColumnGetter<decimal>
    {
        public static decimal Get(DbDataReader reader, int ordinal) => reader.GetDecimal(ordinal);
    }

    private readonly struct DoubleGetter : IColumnGetter<double>
    {
        public static double Get(DbDataReader reader, int ordinal) => reader.GetDouble(ordinal);
    }

    private readonly struct FloatGetter : IColumnGetter<float>
    {
        public static float Get(DbDataReader reader, int ordinal) => reader.GetFloat(ordinal);
    }

    private readonly struct GuidGetter : IColumnGetter<Guid>
    {
        public static Guid Get(DbDataReader reader, int ordinal) => reader.GetGuid(ordinal);
    }

    private readonly struct Int16Getter : IColumnGetter<short>
    {
        public static short Get(DbDataReader reader, int ordinal) => reader.GetInt16(ordinal);
    }

    private readonly struct Int32Getter : IColumnGetter<int>
    {
        public static int Get(DbDataReader reader, int ordinal) => reader.GetInt32(ordinal);
    }

    private readonly struct Int64Getter : IColumnGetter<long>
    {
        public static long Get(DbDataReader reader, int ordinal) => reader.GetInt64(ordinal);
    }

    private readonly struct StringGetter : IColumnGetter<string>
    {
        public static string Get(DbDataReader reader, int ordinal) => reader.GetString(ordinal);
    }

    private readonly struct DBNullGetter : IColumnGetter<bool>
    {
        public static bool Get(DbDataReader reader, int ordinal) => reader.IsDBNull(ordinal);
    }

    private readonly struct ItemGetter : IColumnGetter<object>
    {
        public static object Get(DbDataReader reader, int ordinal) => reader[ordinal];
    }

    private readonly struct ValueGetter : IColumnGetter<object>
    {
        public static object Get(DbDataReader reader, int ordinal) => reader.GetValue(ordinal);
    }

    private readonly struct FieldGetter<T> : IColumnGetter<T>
    {
        public static T Get(DbDataReader reader, int ordinal) => reader.GetFieldValue<T>(ordinal);
    }
}
