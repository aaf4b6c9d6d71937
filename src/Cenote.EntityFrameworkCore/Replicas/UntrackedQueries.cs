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
        if (eventData.Context is not { } context)
        {
            return queryExpression;
        }

        var look = new Look(context);
        look.Visit(queryExpression);

        // GetDatabaseValues and Reload, which resolve conflicts of writes, read into arrays without tracking.
        var readsRow = queryExpression.Type == typeof(object[]) || queryExpression.Type.IsAssignableTo(typeof(IEnumerable<object[]>));
        return look.IsUntracked && !readsRow ? new Marking().Visit(queryExpression)
            : look.HasMark ? new Unmarking().Visit(queryExpression)
            : queryExpression;
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

        /// <summary>Gets whether a tag of the application contains the mark.</summary>
        internal bool HasMark { get; private set; }

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
                    case nameof(EntityFrameworkQueryableExtensions.TagWith):
                        HasMark |= node.Arguments[1] is ConstantExpression { Value: string tag } && tag.Contains(Mark, StringComparison.Ordinal);
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

    /// <summary>
    /// Makes another line of the mark in tags of the application, which may contain text of its users.
    /// </summary>
    private sealed class Unmarking : ExpressionVisitor
    {
        protected override Expression VisitMethodCall(MethodCallExpression node)
        {
            var visited = base.VisitMethodCall(node);
            return visited is MethodCallExpression { Method.Name: nameof(EntityFrameworkQueryableExtensions.TagWith), Arguments: [var source, ConstantExpression { Value: string tag }] } call
                && call.Method.DeclaringType == typeof(EntityFrameworkQueryableExtensions)
                ? call.Update(null, [source, Expression.Constant(tag.Replace(Mark, Mark + " (a tag of the application)", StringComparison.Ordinal))])
                : visited;
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
