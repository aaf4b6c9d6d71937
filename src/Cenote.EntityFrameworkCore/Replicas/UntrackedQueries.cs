using System.Linq.Expressions;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Query;

namespace Cenote.EntityFrameworkCore.Replicas;

/// <summary>
/// An interceptor that marks LINQ queries without tracking, once, when EF Core compiles them. Only the text of a
/// command gets from there to its execution, so the mark is a tag: a comment in the SQL.
/// </summary>
internal sealed class UntrackedQueries : IQueryExpressionInterceptor
{
    internal const string Mark = "cenote: replica";

    public Expression QueryCompilationStarting(Expression queryExpression, QueryExpressionEventData eventData)
    {
        // GetDatabaseValues and Reload, which resolve conflicts of writes, read into arrays without tracking.
        if (eventData.Context is not { } context || queryExpression.Type.IsAssignableTo(typeof(IEnumerable<object[]>)) || queryExpression.Type == typeof(object[]))
        {
            return queryExpression;
        }

        var look = new Look(context);
        look.Visit(queryExpression);
        return look.IsUntracked ? new Marking().Visit(queryExpression) : queryExpression;
    }

    /// <summary>Returns whether the comments at the start of a command contain the mark.</summary>
    internal static bool IsMarked(ReadOnlySpan<char> commandText)
    {
        while (commandText.StartsWith("-- ", StringComparison.Ordinal))
        {
            var end = commandText.IndexOfAny('\r', '\n');
            var line = end < 0 ? commandText : commandText[..end];
            if (line[3..].SequenceEqual(Mark))
            {
                return true;
            }

            commandText = commandText[line.Length..].TrimStart("\r\n");
        }

        return false;
    }

    /// <summary>A look at a query: does it track nothing, and consist of tables alone?</summary>
    private sealed class Look(DbContext context) : ExpressionVisitor
    {
        private bool _isUntracked = context.ChangeTracker.QueryTrackingBehavior != QueryTrackingBehavior.TrackAll;
        private bool _isTracked;
        private bool _hasOwnSql;

        internal bool IsUntracked => _isUntracked && !_isTracked && !_hasOwnSql;

        protected override Expression VisitMethodCall(MethodCallExpression node)
        {
            if (node.Method.DeclaringType == typeof(EntityFrameworkQueryableExtensions))
            {
                switch (node.Method.Name)
                {
                    case nameof(EntityFrameworkQueryableExtensions.AsNoTracking) or nameof(EntityFrameworkQueryableExtensions.AsNoTrackingWithIdentityResolution):
                        _isUntracked = true;
                        break;
                    case nameof(EntityFrameworkQueryableExtensions.AsTracking):
                        _isTracked = true;
                        break;
                }
            }

            // A function of the database may write, or lock.
            _hasOwnSql |= context.Model.FindDbFunction(node.Method) is not null;
            return base.VisitMethodCall(node);
        }

        protected override Expression VisitExtension(Expression node)
        {
            if (node is QueryRootExpression)
            {
                _hasOwnSql |= node.GetType() != typeof(EntityQueryRootExpression)
                    || ((EntityQueryRootExpression)node).EntityType is var type && (type.GetSqlQuery() ?? type.GetFunctionName()) is not null;
                return node;
            }

            return base.VisitExtension(node);
        }
    }

    /// <summary>Puts the mark at the query's first table.</summary>
    private sealed class Marking : ExpressionVisitor
    {
        private static readonly MethodInfo s_tagWith =
            ((Func<IQueryable<object>, string, IQueryable<object>>)EntityFrameworkQueryableExtensions.TagWith).Method.GetGenericMethodDefinition();

        private bool _isDone;

        protected override Expression VisitExtension(Expression node)
        {
            if (node is not EntityQueryRootExpression root)
            {
                return base.VisitExtension(node);
            }

            if (_isDone)
            {
                return root;
            }

            _isDone = true;
            return Expression.Call(s_tagWith.MakeGenericMethod(root.ElementType), root, Expression.Constant(Mark));
        }
    }
}
