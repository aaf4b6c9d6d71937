using System.Data;
using System.Data.Common;

namespace Cenote.AdoNet;

/// <summary>
/// An adapter for commands of pooled connections, which the adapters of drivers reject. Rows are written in batches
/// (<see cref="UpdateBatchSize"/>) if the driver has batches.
/// </summary>
internal sealed class PooledDataAdapter(DbProviderFactory driver) : DbDataAdapter
{
    private AdapterBatch? _batch;
    private int _updateBatchSize = 1;

    internal event EventHandler<RowUpdatingEventArgs>? RowUpdating;

    public override int UpdateBatchSize
    {
        get => _updateBatchSize;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            if (value != 1 && !driver.CanCreateBatch)
            {
                throw new NotSupportedException($"UpdateBatchSize must be 1, because {driver.GetType()} has no batches.");
            }

            _updateBatchSize = value;
        }
    }

    protected override void OnRowUpdating(RowUpdatingEventArgs value) => RowUpdating?.Invoke(this, value);

    protected override void InitializeBatching() => _batch = new AdapterBatch(driver);

    protected override int AddToBatch(IDbCommand command) => Batch.Add((DbCommand)command);

    protected override int ExecuteBatch() => Batch.Execute();

    protected override IDataParameter GetBatchedParameter(int commandIdentifier, int parameterIndex) =>
        Batch[commandIdentifier].Parameters[parameterIndex];

    protected override bool GetBatchedRecordsAffected(int commandIdentifier, out int recordsAffected, out Exception? error)
    {
        recordsAffected = Batch.AffectedBy(commandIdentifier);
        error = null;
        return true;
    }

    protected override void ClearBatch() => Batch.Clear();

    protected override void TerminateBatching()
    {
        _batch?.Dispose();
        _batch = null;
    }

    private AdapterBatch Batch => _batch ?? throw new InvalidOperationException("A batch of rows was not started. Call InitializeBatching first.");
}
