namespace Cenote.AdoNet;

// Values of any type, and parts of large values.
internal sealed partial class PooledDataReader
{
    public override object this[int ordinal] => Guard(Get<ItemGetter, object>(ordinal));

    public override object this[string name] => Guard(Call(name, static (reader, column) => reader[column]));

    public override object GetValue(int ordinal) => Guard(Get<ValueGetter, object>(ordinal));

    public override int GetValues(object[] values) => GuardAll(values, Call(values, static (reader, into) => reader.GetValues(into)));

    public override object GetProviderSpecificValue(int ordinal) =>
        Guard(Call(ordinal, static (reader, column) => reader.GetProviderSpecificValue(column)));

    public override int GetProviderSpecificValues(object[] values) =>
        GuardAll(values, Call(values, static (reader, into) => reader.GetProviderSpecificValues(into)));

    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length) => Call(
        (ordinal, dataOffset, buffer, bufferOffset, length),
        static (reader, part) => reader.GetBytes(part.ordinal, part.dataOffset, part.buffer, part.bufferOffset, part.length));

    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) => Call(
        (ordinal, dataOffset, buffer, bufferOffset, length),
        static (reader, part) => reader.GetChars(part.ordinal, part.dataOffset, part.buffer, part.bufferOffset, part.length));

    public override T GetFieldValue<T>(int ordinal) => GuardTyped(Get<FieldGetter<T>, T>(ordinal));

    public override async Task<T> GetFieldValueAsync<T>(int ordinal, CancellationToken cancellationToken)
    {
        // Without a helper, which would cost a second task for each value.
        var reader = Enter();
        try
        {
            return GuardTyped(await reader.GetFieldValueAsync<T>(ordinal, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception exception) when (Failed(exception, cancellationToken) is { } told)
        {
            throw told;
        }
        finally
        {
            Leave();
        }
    }

    public override Task<bool> IsDBNullAsync(int ordinal, CancellationToken cancellationToken) =>
        CallAsync(ordinal, static (reader, column, token) => reader.IsDBNullAsync(column, token), cancellationToken);
}
