namespace Yadokari.Web.Acting;

/// <summary>The end of what a job has written.</summary>
public sealed record LogText(string Output, string Errors);
