namespace Yadokari.Web.Entry;

/// <summary>What a browser gets for the token.</summary>
/// <param name="Cookie">Comes along with every request, also those to other ports of this name, where somebody else may listen.</param>
/// <param name="Key">Only scripts of this page can read it: whoever has been sent the cookie does not have it.</param>
public sealed record PagePass(string Cookie, string Key);
