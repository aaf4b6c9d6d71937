using System.Data.Common;

namespace Cenote.LoadBench.Pools;

/// <summary>A pool over a real server.</summary>
internal interface IServerPool<T>
{
    Database Database { get; }

    DbConnection ConnectionOf(T item);
}
