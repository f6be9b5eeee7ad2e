/** Limits on what there may be, counted for one account in one region. */
export interface ConnectorQuotas {
  readonly connectors: number;
  readonly challengesPerConnector: number;
}
