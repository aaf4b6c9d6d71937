using System.Data.Common;
using Cenote.AdoNet;

namespace Cenote;

/// <summary>Extensions for the readers of pooled connections.</summary>
public static class PooledReaderExtensions
{
    /// <summary>Gets the driver's own reader behind a reader of a pooled connection.</summary>
    /// <typeparam name="TReader">The driver's reader type, such as <c>NpgsqlDataReader</c>.</typeparam>
    /// <param name="reader">The reader that the execution returned. Close this one, also after reading from the
    /// driver's; do not keep the driver's. Any other reader of the type is returned unchanged.</param>
    /// <exception cref="InvalidOperationException">The reader is closed.</exception>
    /// <exception cref="InvalidCastException">The pool's driver has another reader type.</exception>
    public static TReader Unwrap<TReader>(this DbDataReader reader)
        where TReader : DbDataReader
    {
        ArgumentNullException.ThrowIfNull(reader);
        return reader is PooledDataReader pooled
            ? pooled.Unwrap<TReader>()
            : reader as TReader ?? throw new InvalidCastException($"The reader is a {reader.GetType()}, which is neither a reader of a pooled connection nor a {typeof(TReader)}.");
    }
}
