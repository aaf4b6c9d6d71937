using System.Data.Common;

namespace Cenote.AdoNet;

// Streams that read from the session after the call. They are guarded, so that they end with the reader.
internal sealed partial class PooledDataReader
{
    public override Stream GetStream(int ordinal) => Guard(Call(ordinal, static (reader, column) => reader.GetStream(column)));

    public override TextReader GetTextReader(int ordinal) => Guard(Call(ordinal, static (reader, column) => reader.GetTextReader(column)));

    protected override DbDataReader GetDbDataReader(int ordinal) =>
        new PooledDataReader(this, Call(ordinal, static (reader, column) => reader.GetData(column)));

    // A copy in memory does not use the session.
    private Stream Guard(Stream stream) => stream is MemoryStream ? stream : new ReaderBoundStream(this, stream);

    private TextReader Guard(TextReader text) => text is StringReader ? text : new ReaderBoundTextReader(this, text);

    private object Guard(object value) => value switch
    {
        Stream stream => Guard(stream),
        TextReader text => Guard(text),
        _ => value,
    };

    private T GuardTyped<T>(T value) => typeof(T).IsValueType || value is null ? value : (T)Guard((object)value);

    private int GuardAll(object[] values, int count)
    {
        for (var i = 0; i < count; i++)
        {
            values[i] = Guard(values[i]);
        }

        return count;
    }
}
