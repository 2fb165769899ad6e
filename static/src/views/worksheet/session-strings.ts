/** Words of the questions about a session, which come with these. */

export const words = {
  askRestart: "Restart the session? Its variables are lost; texts and outputs stay.",
  askRestartAndRunAll: "Restart the session and run all cells? Its variables are lost; texts and outputs stay.",
  askStop: "End the session? Its variables are lost; texts and outputs stay.",
};
