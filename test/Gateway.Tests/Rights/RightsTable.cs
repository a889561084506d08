using Orchestrator.Api;

namespace Orchestrator.Tests;

/// <summary>What the table of rights says that answers must be, and where they are not.</summary>
internal static class RightsTable
{
    private static readonly int[] OfRank = [204, 801];
    private static readonly int[] OfPost = [501, 700, 800, 801, 3012];

    /// <summary>Sentences about every answer that is not what the table says.</summary>
    public static IReadOnlyList<string> Faults(
        IReadOnlyDictionary<string, Right> table,
        IReadOnlyDictionary<(string Command, Rank Rank), int> byRank,
        IReadOnlyDictionary<(string Command, Post Post), int> byPost) =>
    [
        .. byRank.Select(a => Fault(a.Key.ToString(), a.Value, RefusalOf(table[a.Key.Command], a.Key.Rank) is { } code ? [code] : [], OfRank)),
        .. byPost.Select(a => Fault(a.Key.ToString(), a.Value, RefusalsOf(table[a.Key.Command].Standing, a.Key.Post), OfPost)),
    ];

    /// <summary>What refuses it to this rank; null when it may.</summary>
    public static int? RefusalOf(Right right, Rank rank) => (right.Permission, rank) switch
    {
        (Permission.Anyone, _) => null,
        (_, Rank.Stranger) => 204,
        (Permission.LoggedIn, _) => null,
        (Permission.Account, Rank.Guest) => 801,
        (Permission.Administrator, Rank.Guest or Rank.User) => 801,
        _ => null,
    };

    /// <summary>What may refuse it at this post; empty when it may be done.</summary>
    private static int[] RefusalsOf(Standing standing, Post post) => (standing, post) switch
    {
        (Standing.Member, Post.Outsider or Post.AdministratorOutside) => [800],
        (Standing.Master, Post.Outsider or Post.AdministratorOutside) => [800],
        (Standing.Master, Post.Member or Post.AdministratorInside) => [3012],
        (Standing.Administrator, Post.Outsider or Post.Member or Post.Master) => [501],
        (Standing.Director, Post.Outsider) => [800],
        (Standing.Director, Post.Member) => [801],
        (Standing.Reader, Post.Outsider) => [700, 800],
        _ => [],
    };

    private static string Fault(string cell, int answer, int[] wanted, int[] wrong)
    {
        if (wanted.Length > 0)
        {
            return wanted.Contains(answer) ? "" : $"{cell} is answered {answer} and should be refused with {string.Join(" or ", wanted)}";
        }

        return wrong.Contains(answer) ? $"{cell} is allowed and refused with {answer}" : "";
    }
}
