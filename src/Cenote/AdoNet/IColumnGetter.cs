using System.Data.Common;

namespace Cenote.AdoNet;

/// <summary>
/// One getter of a driver's reader. A type argument instead of a delegate, because a call through a delegate costs a
/// third of what a column's value costs altogether.
/// </summary>
/// <typeparam name="T">What it gets.</typeparam>
internal interface IColumnGetter<out T>
{
    static abstract T Get(DbDataReader reader, int ordinal);
}
