/** The limits of the template database: TikTok's own. */
export const LIMITS = {
  business_centers_per_account: 800,
  accounts_per_business_center: 800,
  members_per_business_center: 4000,
  admins_per_business_center: 20,
};
