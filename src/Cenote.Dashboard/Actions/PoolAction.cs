namespace Cenote.Dashboard.Actions;

/// <summary>What may be done to a pool. In JSON the names begin with a small letter.</summary>
internal enum PoolAction
{
    Suspend,
    Resume,
    Resize,
    Drain,
    Clear,
    Validate,
    Revoke,
    IsolateCircuit,
    CloseCircuit,
}
