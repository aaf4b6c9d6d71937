using System.ComponentModel;
using System.Reflection;

namespace Cenote.AdoNetTests;

/// <summary>
/// A member that ADO.NET adds, or that was forgotten, would silently do the base class's work instead of the driver's.
/// </summary>
public class CompletenessTests
{
    // What the base class does is right for these.
    private static readonly HashSet<string> Inherited =
    [
        "DbConnection.add_StateChange", // The event itself; raised through OnStateChange.
        "DbConnection.remove_StateChange",
        "DbConnection.OnStateChange",
        "TextReader.Close", // Disposes.
        "Stream.Close",
        "Stream.BeginRead", // Go through Read and Write.
        "Stream.EndRead",
        "Stream.BeginWrite",
        "Stream.EndWrite",
        "Stream.CopyTo",
        "Stream.CopyToAsync",
        "Stream.FlushAsync",
        "Stream.WriteAsync",
        "Stream.WriteByte",
        "Stream.get_WriteTimeout", // Columns are not written.
        "Stream.set_WriteTimeout",
        "Stream.CreateWaitHandle", // Obsolete, unused.
        "Stream.ObjectInvariant",
        "Stream.DisposeAsync", // Through Dispose.
    ];

    public static TheoryData<string, Type> Faces => new()
    {
        { "Cenote.PooledConnection", typeof(DbConnection) },
        { "Cenote.PooledCommand", typeof(DbCommand) },
        { "Cenote.AdoNet.PooledBatch", typeof(DbBatch) },
        { "Cenote.AdoNet.PooledTransaction", typeof(DbTransaction) },
        { "Cenote.AdoNet.PooledDataReader", typeof(DbDataReader) },
        { "Cenote.AdoNet.PooledProviderFactory", typeof(DbProviderFactory) },
        { "Cenote.AdoNet.ReaderBoundStream", typeof(Stream) },
        { "Cenote.AdoNet.ReaderBoundTextReader", typeof(TextReader) },
    };

    [Theory]
    [MemberData(nameof(Faces))]
    public void Every_virtual_member_is_overridden(string name, Type abstraction)
    {
        var face = typeof(PooledConnection).Assembly.GetType(name, throwOnError: true)!;
        var forgotten = face.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(method => method is { IsVirtual: true, IsFinal: false, IsAssembly: false, IsFamilyAndAssembly: false })
            .Where(method => method.DeclaringType != face)
            .Where(method => method.GetBaseDefinition().DeclaringType is { } origin
                && origin != typeof(object) && origin != typeof(MarshalByRefObject) && origin != typeof(Component))
            .Select(method => $"{method.DeclaringType!.Name}.{method.Name}")
            .Where(member => !Inherited.Contains(member))
            .ToList();

        Assert.True(abstraction.IsAssignableFrom(face));
        Assert.Empty(forgotten);
    }
}
